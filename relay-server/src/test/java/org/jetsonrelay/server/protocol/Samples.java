// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import io.helidon.json.JsonValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The golden samples in `docs/protocol`, which the tests of every client read too.
final class Samples {

  static final String TO_RELAY = "to-relay";

  /// One sample: what goes over the wire, and what it means.
  record Sample(String file, String name, String direction, String json, JsonObject decoded) {
    @Override
    public String toString() {
      return file + ": " + name;
    }

    boolean given(String field) {
      return decoded
          .value(field)
          .map(value -> value.type() != JsonValueType.NULL)
          .orElseThrow(() -> new AssertionError(this + " must have " + field));
    }

    String text(String field) {
      return decoded.stringValue(field).orElseThrow();
    }

    long number(String field) {
      return decoded.longValue(field).orElseThrow();
    }

    double decimal(String field) {
      return decoded.doubleValue(field).orElseThrow();
    }

    List<String> texts(String field) {
      return decoded.arrayValue(field).orElseThrow().values().stream()
          .map(value -> value.asString().value())
          .toList();
    }
  }

  private Samples() {}

  static Path docs() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, path -> path != null, Path::getParent)
        .map(path -> path.resolve("docs"))
        .filter(docs -> Files.exists(docs.resolve("protocol.md")))
        .findFirst()
        .orElseThrow();
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(docs().resolve("protocol"))) {
      return files.sorted().toList();
    }
  }

  static List<Sample> all() throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (Path file : files()) {
      String name = file.getFileName().toString().replaceFirst("\\.json$", "");
      JsonParser parser = JsonParser.create(Files.readAllBytes(file));
      for (JsonValue value : parser.readJsonArray().values()) {
        JsonObject sample = value.asObject();
        samples.add(
            new Sample(
                name,
                sample.stringValue("name").orElseThrow(),
                sample.stringValue("direction").orElseThrow(),
                sample.stringValue("json").orElseThrow(),
                sample.objectValue("decoded").orElseThrow()));
      }
    }
    return samples;
  }
}
