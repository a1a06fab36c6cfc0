// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The documentation is checked like code: what it points at exists, what it names is real, and
/// nothing that can be set is missing.
class DocumentationTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
  private static final Pattern FENCE = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern CLASS_NAME = Pattern.compile("`([A-Z][a-z0-9]+[A-Z]?[A-Za-z0-9]*)`");
  private static final Pattern TABLE_KEY = Pattern.compile("(?m)^\\| `([A-Z][A-Z0-9_]+)` \\|");
  private static final Pattern YAML_KEY = Pattern.compile("(?m)^([A-Z][A-Z0-9_]+):");

  /// Words in backticks that look like a class of ours and are not.
  private static final Set<String> OTHERS =
      Set.of(
          "ByteBuffer",
          "Connection",
          "DataReader",
          "DataWriter",
          "Origin",
          "ServerConnection",
          "SocketChannel",
          "Upgrade",
          "WsUpgrader");

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              docs.filter(path -> path.toString().endsWith(".md")),
              Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
                  .map(ROOT::resolve))
          .filter(Files::exists)
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsSomewhere(Path page) throws IOException {
    Path folder = page.resolveSibling("");
    Matcher link = LINK.matcher(FENCE.matcher(Files.readString(page)).replaceAll(""));
    while (link.find()) {
      String target = link.group(1);
      if (!target.contains("://") && !target.startsWith("mailto:")) {
        assertThat(folder.resolve(target)).as("link in %s", page).exists();
      }
    }
  }

  @Test
  void everyClassThatTheArchitectureNamesExists() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String page : List.of("architecture.md", "threading.md")) {
      Matcher matcher = CLASS_NAME.matcher(Files.readString(ROOT.resolve("docs").resolve(page)));
      while (matcher.find()) {
        named.add(matcher.group(1));
      }
    }
    named.removeAll(OTHERS);
    assertThat(named).as("names found").hasSizeGreaterThan(20);
    named.removeAll(sourceNames());
    assertThat(named).as("named in the documentation, but not there").isEmpty();
  }

  @Test
  void everySettingIsInTheOperationsPageAndInTheDefaults() throws IOException {
    SettingsReader reader = new SettingsReader(_ -> null);
    RelaySettings.read(reader);
    assertThat(keys(TABLE_KEY, ROOT.resolve("docs/operations.md"))).isEqualTo(reader.keys());
    assertThat(keys(YAML_KEY, Path.of("src/main/resources/application.yaml")))
        .isEqualTo(reader.keys());
  }

  private static Set<String> keys(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toSet());
  }

  private static Set<String> sourceNames() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }
}
