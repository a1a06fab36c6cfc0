// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * The YAML file of an agent, as texts that remember their lines. Only the tree of nodes is used:
 * nothing in the file can become an object, and 1_000 or yes stay what was written.
 *
 * @param values of the whole agent and for all cameras, by key
 * @param cameras in the order of the file
 */
record ConfigFile(Map<String, Setting> values, List<Camera> cameras) {

  /** A larger file was never written by hand. */
  static final int MOST_BYTES = 64 * 1024;

  /** A camera is the third level; one more lets the error name the line. */
  private static final int MOST_LEVELS = 8;

  private static final List<String> KEYS =
      Stream.concat(
              Stream.of(
                  "relay",
                  "ca",
                  "pin",
                  "log-level",
                  "ping-period",
                  "max-rss",
                  "hang-limit",
                  "min-quality",
                  "no-adapt",
                  "cameras"),
              SettingsReader.CAMERA_KEYS.stream())
          .toList();

  /**
   * One entry under {@code cameras}.
   *
   * @param origin where it begins
   * @param values by key
   */
  record Camera(String origin, Map<String, Setting> values) {}

  static ConfigFile none() {
    return new ConfigFile(Map.of(), List.of());
  }

  static ConfigFile read(Path path, String origin) throws UsageException {
    byte[] bytes;
    try (InputStream stream = Files.newInputStream(path)) {
      bytes = stream.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw failure(
          origin + " names '" + path + "', which cannot be read (" + e + "); name a YAML file", e);
    }
    if (bytes.length > MOST_BYTES) {
      throw new UsageException(
          path + " has more than " + MOST_BYTES + " bytes; that is no agent's configuration");
    }
    try {
      return parse(path.toString(), UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw failure(path + " is not text in UTF-8; save it as such", e);
    }
  }

  static ConfigFile parse(String name, String text) throws UsageException {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(MOST_BYTES);
    limits.setNestingDepthLimit(MOST_LEVELS);
    limits.setMaxAliasesForCollections(0);
    limits.setAllowDuplicateKeys(false);
    DumperOptions unused = new DumperOptions();
    Yaml yaml =
        new Yaml(
            new SafeConstructor(limits), new Representer(unused), unused, limits, new Resolver());
    try {
      // The nodes' marks are counted in lines from 0.
      Node root = yaml.compose(new StringReader(text));
      return root == null ? none() : new Walk(name).file(root);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String line = mark == null ? "" : ", line " + (mark.getLine() + 1);
      throw failure(
          name
              + line
              + " is not YAML: "
              + e.getProblem()
              + "; write 'key: value', indent by spaces, and quote values with ': ' or ' #'",
          e);
    } catch (YAMLException e) {
      throw failure(name + " is not YAML: " + e.getMessage(), e);
    }
  }

  private static UsageException failure(String message, Exception cause) {
    UsageException failure = new UsageException(message);
    failure.initCause(cause);
    return failure;
  }

  /** From nodes to settings; one file's. */
  private record Walk(String name) {

    ConfigFile file(Node root) throws UsageException {
      Map<String, Setting> values = new LinkedHashMap<>();
      List<Camera> cameras = new ArrayList<>();
      for (Map.Entry<String, Node> entry : mapping(root, "the file", KEYS).entrySet()) {
        if (entry.getKey().equals("cameras")) {
          cameras.addAll(cameras(entry.getValue()));
        } else {
          values.put(entry.getKey(), value(entry.getKey(), entry.getValue()));
        }
      }
      return new ConfigFile(values, cameras);
    }

    private List<Camera> cameras(Node node) throws UsageException {
      if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
        throw new UsageException(
            at(node) + ": cameras must be a list with an entry for each, such as '- name: front'");
      }
      List<Camera> cameras = new ArrayList<>();
      for (Node entry : list.getValue()) {
        Map<String, Setting> values = new LinkedHashMap<>();
        for (Map.Entry<String, Node> part :
            mapping(entry, "a camera", SettingsReader.CAMERA_KEYS).entrySet()) {
          values.put(part.getKey(), value(part.getKey(), part.getValue()));
        }
        cameras.add(new Camera(at(entry), values));
      }
      return cameras;
    }

    private Map<String, Node> mapping(Node node, String what, List<String> keys)
        throws UsageException {
      if (!(node instanceof MappingNode mapping)) {
        throw new UsageException(
            at(node)
                + ": "
                + what
                + " must consist of 'key: value' lines, such as 'source: csi:0'");
      }
      Map<String, Node> entries = new LinkedHashMap<>();
      for (NodeTuple tuple : mapping.getValue()) {
        String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (!keys.contains(key)) {
          throw new UsageException(
              at(tuple.getKeyNode())
                  + ": '"
                  + key
                  + "' is not a key of "
                  + what
                  + "; write one of "
                  + String.join(", ", keys));
        }
        if (entries.put(key, tuple.getValueNode()) != null) {
          throw new UsageException(
              at(tuple.getKeyNode()) + ": " + key + " stands here twice; write it once");
        }
      }
      return entries;
    }

    private Setting value(String key, Node node) throws UsageException {
      if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
        throw new UsageException(
            at(node) + ": " + key + " must be one value; leave the line out for its default");
      }
      return new Setting(scalar.getValue(), at(node) + ": " + key);
    }

    private String at(Node node) {
      return name + ", line " + (node.getStartMark().getLine() + 1);
    }
  }
}
