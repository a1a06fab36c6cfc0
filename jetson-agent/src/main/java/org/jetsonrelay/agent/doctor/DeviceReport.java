// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.doctor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was found on a device. Made by {@link DeviceProbe}; rendered as text for people and as JSON
 * for scripts.
 *
 * @param model the board's name, from its device tree
 * @param l4t NVIDIA's release, as 36.4.3; nothing off a Jetson
 * @param jetpack the JetPack that release belongs to, as "JetPack 6"
 * @param architecture the processor's, as the JVM calls it
 * @param java the running JVM's version
 * @param glibc the C library's version
 * @param gstreamer GStreamer's version
 * @param elements the GStreamer elements that are here, of those that pipelines are made of
 * @param jpegEngine whether the Jetson's JPEG encoder can be used
 * @param cameras what could be captured from
 * @param problems what is missing or wrong, a sentence each with the way out
 */
public record DeviceReport(
    Optional<String> model,
    Optional<String> l4t,
    Optional<String> jetpack,
    String architecture,
    String java,
    Optional<String> glibc,
    Optional<String> gstreamer,
    Set<String> elements,
    boolean jpegEngine,
    List<Camera> cameras,
    List<String> problems) {

  /**
   * A source and what {@code auto} would do with it.
   *
   * @param source as it is written after {@code --source}
   * @param name what it calls itself
   * @param encoder the encoder taken; nothing when there is none
   * @param reason why that one, or why none
   */
  public record Camera(String source, String name, Optional<String> encoder, String reason) {

    /** One line for people, fit for a terminal whatever the camera calls itself. */
    public String toText() {
      String words =
          source
              + " ("
              + name
              + "): "
              + encoder.map(taken -> taken + ", ").orElse("not usable: ")
              + reason;
      return words.replaceAll("\\p{Cntrl}", "?");
    }
  }

  private static final JsonFactory JSON = new JsonFactory();

  /** Keeps copies. */
  public DeviceReport {
    elements = Set.copyOf(elements);
    cameras = List.copyOf(cameras);
    problems = List.copyOf(problems);
  }

  /** Whether anything can be captured here: the test picture at least. */
  public boolean canCapture() {
    return cameras.stream().anyMatch(camera -> camera.encoder().isPresent());
  }

  /** The cameras alone: without the test picture, which every machine has. */
  public List<Camera> realCameras() {
    return cameras.stream().filter(camera -> !camera.source().equals("test")).toList();
  }

  /** One JSON object; what was not found is null. */
  public String toJson() {
    return toJson(Optional.empty());
  }

  /** The same with a trial's figures, when there was one, as {@code smoke}. */
  public String toJson(Optional<Trial> smoke) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      optional(json, "model", model);
      optional(json, "l4t", l4t);
      optional(json, "jetpack", jetpack);
      json.writeStringField("architecture", architecture);
      json.writeStringField("java", java);
      optional(json, "glibc", glibc);
      optional(json, "gstreamer", gstreamer);
      json.writeBooleanField("jpegEngine", jpegEngine);
      json.writeArrayFieldStart("elements");
      for (String element : new TreeSet<>(elements)) {
        json.writeString(element);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("cameras");
      for (Camera camera : cameras) {
        write(json, camera);
      }
      json.writeEndArray();
      if (smoke.isPresent()) {
        write(json, smoke.get());
      }
      json.writeArrayFieldStart("problems");
      for (String problem : problems) {
        json.writeString(problem);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a writer into memory cannot fail", e);
    }
    return text.toString();
  }

  /** The cameras as one JSON array. */
  public static String toJson(List<Camera> cameras) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.useDefaultPrettyPrinter();
      json.writeStartArray();
      for (Camera camera : cameras) {
        write(json, camera);
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("a writer into memory cannot fail", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Camera camera) throws IOException {
    json.writeStartObject();
    json.writeStringField("source", camera.source());
    json.writeStringField("name", camera.name());
    optional(json, "encoder", camera.encoder());
    json.writeStringField("reason", camera.reason());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Trial trial) throws IOException {
    json.writeObjectFieldStart("smoke");
    json.writeStringField("source", trial.source());
    json.writeNumberField("frames", trial.frames());
    json.writeNumberField("fps", Math.round(trial.fps() * 10) / 10.0);
    json.writeNumberField("p50Millis", trial.p50Millis());
    json.writeNumberField("p99Millis", trial.p99Millis());
    json.writeNumberField("cpuPercent", Math.round(trial.cpuPercent()));
    json.writeNumberField("meanBytes", trial.meanBytes());
    optional(json, "failure", trial.failure());
    json.writeEndObject();
  }

  private static void optional(JsonGenerator json, String name, Optional<String> value)
      throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, value.get());
    } else {
      json.writeNullField(name);
    }
  }

  /** A table for people, with a line end after each line. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    row(text, "model", model.orElse("unknown"));
    row(
        text,
        "JetPack",
        jetpack
            .map(pack -> pack + l4t.map(r -> " (L4T " + r + ")").orElse(""))
            .orElse("none: not a Jetson"));
    row(text, "architecture", architecture);
    row(text, "Java", java);
    row(text, "glibc", glibc.orElse("unknown"));
    row(text, "GStreamer", gstreamer.orElse("missing"));
    row(text, "JPEG engine", jpegEngine ? "usable through nvjpegenc" : "none");
    row(text, "elements", elements.isEmpty() ? "none" : String.join(" ", new TreeSet<>(elements)));
    for (Camera camera : cameras) {
      row(text, "source", camera.toText());
    }
    if (problems.isEmpty()) {
      row(text, "problems", "none");
    }
    problems.forEach(problem -> row(text, "problem", problem));
    return text.toString();
  }

  private static void row(StringBuilder text, String name, String value) {
    text.append(name).append(" ".repeat(14 - name.length()));
    text.append(value.replaceAll("\\p{Cntrl}", "?")).append('\n');
  }
}
