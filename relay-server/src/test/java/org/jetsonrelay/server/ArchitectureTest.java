// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds the arrows between packages: each may use what stands behind it, and nothing points back.
class ArchitectureTest {

  private static final String ROOT = "org.jetsonrelay.server";

  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("timing", Set.of()),
          entry("system", Set.of()),
          entry("frame", Set.of("system", "timing")),
          entry("protocol", Set.of("timing")),
          entry("auth", Set.of()),
          entry("tls", Set.of()),
          entry("metrics", Set.of("timing")),
          entry("pacing", Set.of()),
          entry("websocket", Set.of("frame", "system")),
          entry("hub", Set.of("frame", "metrics", "timing")),
          entry(
              "session",
              Set.of(
                  "websocket", "hub", "protocol", "auth", "frame", "metrics", "pacing", "timing")),
          entry("http", Set.of("hub", "auth", "metrics", "frame", "protocol", "timing")),
          entry("picture", Set.of("http", "hub", "auth", "metrics", "frame", "protocol", "timing")),
          entry("remote", Set.of("hub", "frame", "protocol", "timing")),
          entry("upstream", Set.of("remote", "hub", "protocol")),
          entry("cluster", Set.of("remote", "hub", "frame", "metrics", "protocol", "timing")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Stream<String> packages() {
    return ARROWS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void usesOnlyWhatItsArrowsPointAt(String name) {
    arrows(name, ARROWS.getOrDefault(name, Set.of())).check(CLASSES);
  }

  @Test
  void anArrowThatIsNotDrawnIsFound() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> arrows("websocket", Set.of()).check(CLASSES))
        .withMessageContaining("websocket.Gather");
  }

  private static ArchRule arrows(String name, Set<String> mayUse) {
    String[] targets =
        Stream.concat(Stream.of(name), mayUse.stream())
            .map(ArchitectureTest::in)
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(in(name))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage(ROOT + "..").or(resideInAnyPackage(targets)))
        .allowEmptyShould(true);
  }

  @Test
  void everyPackageHasItsArrows() {
    Set<String> found =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1).replaceFirst("\\..*", ""))
            .collect(Collectors.toSet());

    assertThat(ARROWS.keySet()).containsAll(found);
    assertThat(found).contains("protocol", "auth", "websocket");
  }

  @Test
  void noPackagesUseEachOtherInACircle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void theHubKnowsNeitherHelidonNorABus() {
    classes()
        .that()
        .resideInAnyPackage(in("hub"), in("frame"), in("pacing"), in("auth"), in("tls"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                ROOT + "..",
                "java..",
                "javax.net.ssl..",
                "javax.security.auth.x500..",
                "jdk..",
                "org.jspecify.."))
        .check(CLASSES);
  }

  @Test
  void onlyTheClusterSeesTheBus() {
    noClasses()
        .that()
        .resideOutsideOfPackage(in("cluster"))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.nats..")
        .check(CLASSES);
  }

  @Test
  void theProtocolUsesNothingButTheJsonLibrary() {
    classes()
        .that()
        .resideInAPackage(in("protocol"))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(in("protocol"), in("timing"))
                .or(resideInAnyPackage("java..", "org.jspecify..", "io.helidon.json..")))
        .check(CLASSES);
  }

  @Test
  void logsOnlyThroughSystemLogger() {
    noClasses()
        .that()
        // These configure the backend and log nothing.
        .doNotHaveFullyQualifiedName(ROOT + ".LogSetup")
        .and()
        .doNotHaveFullyQualifiedName(ROOT + ".KeepingLogManager")
        .and()
        .doNotHaveFullyQualifiedName(ROOT + ".HangUpFilter")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.logging..", "org.slf4j..")
        .check(CLASSES);
  }

  @Test
  void writesNothingToTheStandardStreams() {
    noClasses().should(ACCESS_STANDARD_STREAMS).check(CLASSES);
  }

  private static String in(String name) {
    return ROOT + "." + name + "..";
  }
}
