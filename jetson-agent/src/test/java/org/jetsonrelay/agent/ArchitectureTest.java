// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of docs/architecture.md: nothing points back. */
@AnalyzeClasses(packages = "org.jetsonrelay.agent", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String BASE = "org.jetsonrelay.agent";

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("root")
          .definedBy(BASE)
          .layer("uplink")
          .definedBy(BASE + ".uplink")
          .layer("sources")
          .definedBy(BASE + ".capture.*")
          .layer("capture")
          .definedBy(BASE + ".capture")
          .layer("settings")
          .definedBy(BASE + ".settings")
          .layer("doctor")
          .definedBy(BASE + ".doctor")
          .layer("discovery")
          .definedBy(BASE + ".discovery")
          .layer("policy")
          .definedBy(BASE + ".policy")
          .whereLayer("root")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("settings")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("discovery")
          .mayOnlyBeAccessedByLayers("root", "settings")
          .whereLayer("doctor")
          .mayOnlyBeAccessedByLayers("root")
          .whereLayer("uplink")
          .mayOnlyBeAccessedByLayers("root", "settings")
          .whereLayer("sources")
          .mayOnlyBeAccessedByLayers("root", "settings", "doctor")
          .whereLayer("capture")
          .mayOnlyBeAccessedByLayers("root", "settings", "doctor", "uplink", "sources")
          .whereLayer("policy")
          .mayOnlyBeAccessedByLayers("root", "settings", "doctor", "uplink", "capture", "sources");

  @ArchTest
  static final ArchRule SOURCES_DO_NOT_KNOW_EACH_OTHER =
      slices().matching(BASE + ".capture.(*)").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule JAVACV_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage(BASE + ".capture.ffmpeg")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule MDNS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage(BASE + ".discovery")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("javax.jmdns..");

  @ArchTest
  static final ArchRule POLICY_KNOWS_NO_CLOCK_AND_NO_THREAD =
      noClasses()
          .that()
          .resideInAPackage(BASE + ".policy")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.util.concurrent..", "java.io..")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");
}
