// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jetsonrelay.agent.capture.CaptureSettings;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.uplink.UplinkSettings;
import org.jspecify.annotations.Nullable;

/**
 * Makes settings of a command line, an environment and a file. The command line wins over the
 * environment, that over the file; a variable that is empty or blank counts as absent. Used by one
 * thread.
 */
public final class SettingsReader {

  /** What can be said of a camera, in options, descriptions and files alike. */
  static final List<String> CAMERA_KEYS =
      List.of("name", "source", "encoder", "fps", "size", "quality", "token", "always-on");

  /** A comma ends a value only where a key follows: sources may have commas of their own. */
  private static final Pattern NEXT_KEY =
      Pattern.compile(CAMERA_KEYS.stream().collect(Collectors.joining("|", ",(?=(?:", ")=)")));

  private final Options options;
  private final Map<String, String> environment;
  private final ConfigFile file;
  private final RelayLocator locator;

  private SettingsReader(
      Options options, Map<String, String> environment, ConfigFile file, RelayLocator locator) {
    this.options = options;
    this.environment = environment;
    this.file = file;
    this.locator = locator;
  }

  /**
   * Reads all, the file included when one is named. A relay that would have to be looked for counts
   * as not there.
   *
   * @throws UsageException for the first thing that is wrong
   */
  public static AgentSettings read(Options options, Map<String, String> environment)
      throws UsageException {
    return read(options, environment, wanted -> wanted.choose(List.of()));
  }

  /**
   * Reads all, the file included when one is named.
   *
   * @param locator is asked when the relay is to be looked for
   * @throws UsageException for the first thing that is wrong
   */
  public static AgentSettings read(
      Options options, Map<String, String> environment, RelayLocator locator)
      throws UsageException {
    SettingsReader first = new SettingsReader(options, environment, ConfigFile.none(), locator);
    Setting named = first.setting(options.config, "config", "");
    if (named.value().isEmpty() && options.config == null) {
      return first.settings(Optional.empty());
    }
    Path path = Values.file(named.value(), named.origin());
    return new SettingsReader(options, environment, ConfigFile.read(path, named.origin()), locator)
        .settings(Optional.of(path));
  }

  private static String variable(String key) {
    return switch (key) {
      case "relay" -> "RELAY_URL";
      case "ca" -> "RELAY_CA";
      case "pin" -> "RELAY_PIN";
      case "name" -> "CAMERA_NAME";
      default -> key.toUpperCase(Locale.ROOT).replace('-', '_');
    };
  }

  private Setting setting(@Nullable String option, String key, String otherwise) {
    if (option != null) {
      return new Setting(option, "--" + key);
    }
    String variable = variable(key);
    String value = environment.getOrDefault(variable, "");
    if (!value.isBlank()) {
      return new Setting(value.strip(), variable);
    }
    Setting written = file.values().get(key);
    return written == null ? new Setting(otherwise, variable) : written;
  }

  private AgentSettings settings(Optional<Path> config) throws UsageException {
    Setting relay = setting(options.relay, "relay", "ws://127.0.0.1:8080/ws");
    Setting level = setting(options.logLevel, "log-level", "info");
    Setting ping = setting(options.pingPeriod, "ping-period", "10");
    Setting memory = setting(options.maxRss, "max-rss", "off");
    Setting hang = setting(options.hangLimit, "hang-limit", "30");
    List<CameraSettings> cameras = cameras();
    URI address = Values.relay(relay.value(), relay.origin(), locator);
    return new AgentSettings(
        address,
        WantedRelay.parse(relay.value()),
        Values.trust(address, setting(options.ca, "ca", ""), setting(options.pin, "pin", "")),
        cameras,
        Values.logLevel(level.value(), level.origin()),
        config,
        Values.memory(memory.value(), memory.origin()),
        Values.hang(hang.value(), hang.origin()),
        CaptureSettings.defaults(),
        UplinkSettings.Limits.defaults().withPing(Values.pingPeriod(ping.value(), ping.origin())),
        minQuality());
  }

  private OptionalInt minQuality() throws UsageException {
    Setting off = setting(options.noAdapt, "no-adapt", "false");
    Setting least = setting(options.minQuality, "min-quality", "40");
    int quality = Values.quality(least.value(), least.origin());
    return Values.yes(off.value(), off.origin()) ? OptionalInt.empty() : OptionalInt.of(quality);
  }

  /** One camera's settings and where they were described. */
  private record Description(Setting whole, Map<String, Setting> parts) {}

  private List<CameraSettings> cameras() throws UsageException {
    Map<String, Setting> common = common();
    List<Description> described = described();
    if (described.isEmpty()) {
      return List.of(camera(common));
    }
    if (described.size() > AgentSettings.MOST_CAMERAS) {
      throw new UsageException(
          described.size()
              + " cameras are more than the "
              + AgentSettings.MOST_CAMERAS
              + " that one agent serves; start a second one");
    }
    List<CameraSettings> cameras = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Description description : described) {
      Map<String, Setting> merged = new LinkedHashMap<>(common);
      // A name for all would make them replace each other.
      merged.remove("name");
      merged.putAll(description.parts());
      CameraSettings camera = camera(merged);
      if (!names.add(camera.name().orElse(""))) {
        throw Values.wrong(
            description.whole().origin(),
            description.whole().value(),
            "a camera with a name that no other has: name=...");
      }
      cameras.add(camera);
    }
    if (cameras.size() > 1 && names.contains("")) {
      throw new UsageException(
          "each of several cameras needs a name of its own: --camera name=...,source=...");
    }
    return List.copyOf(cameras);
  }

  private List<Description> described() throws UsageException {
    List<Setting> texts = new ArrayList<>();
    options.cameras.forEach(text -> texts.add(new Setting(text, "--camera")));
    if (texts.isEmpty()) {
      Arrays.stream(environment.getOrDefault("CAMERAS", "").split(";", -1))
          .filter(text -> !text.isBlank())
          .forEach(text -> texts.add(new Setting(text.strip(), "CAMERAS")));
    }
    List<Description> described = new ArrayList<>();
    for (Setting text : texts) {
      described.add(new Description(text, parts(text)));
    }
    if (described.isEmpty()) {
      for (ConfigFile.Camera camera : file.cameras()) {
        Setting name = camera.values().get("name");
        described.add(
            new Description(
                new Setting(name == null ? "" : name.value(), camera.origin()), camera.values()));
      }
    }
    return described;
  }

  private Map<String, Setting> common() {
    Map<String, Setting> common = new LinkedHashMap<>();
    common.put("name", setting(options.name, "name", ""));
    common.put("source", setting(options.source, "source", "test"));
    common.put("encoder", setting(options.encoder, "encoder", "auto"));
    common.put("fps", setting(options.fps, "fps", ""));
    common.put("size", setting(options.size, "size", ""));
    common.put("quality", setting(options.quality, "quality", "80"));
    common.put("token", setting(options.token, "token", ""));
    common.put("always-on", setting(options.alwaysOn, "always-on", "false"));
    // An option that is given but empty is an error; a variable that is not given is not.
    common.entrySet().removeIf(e -> absent(e.getKey(), e.getValue()));
    return common;
  }

  private static boolean absent(String key, Setting setting) {
    return setting.value().isEmpty() && setting.origin().equals(variable(key));
  }

  private static Map<String, Setting> parts(Setting description) throws UsageException {
    Map<String, Setting> parts = new LinkedHashMap<>();
    for (String part : NEXT_KEY.split(description.value(), -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      if (equals < 0 || !CAMERA_KEYS.contains(key)) {
        throw Values.wrong(
            description.origin(),
            key.equals("token") ? key : part,
            "KEY=VALUE pairs separated by commas with the keys " + String.join(", ", CAMERA_KEYS));
      }
      Setting value = new Setting(part.substring(equals + 1), key + " in " + description.origin());
      if (parts.put(key, value) != null) {
        throw new UsageException(description.origin() + " gives " + key + " twice; give it once");
      }
    }
    return parts;
  }

  private static CameraSettings camera(Map<String, Setting> settings) throws UsageException {
    Setting name = settings.get("name");
    Setting source = settings.get("source");
    Setting encoder = settings.get("encoder");
    Setting fps = settings.get("fps");
    Setting size = settings.get("size");
    Setting quality = settings.get("quality");
    Setting token = settings.get("token");
    Setting always = settings.get("always-on");
    return new CameraSettings(
        name == null ? Optional.empty() : Optional.of(Values.name(name.value(), name.origin())),
        source == null ? "test" : Values.source(source.value(), source.origin()),
        encoder == null ? Encoder.AUTO : Values.encoder(encoder.value(), encoder.origin()),
        fps == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(Values.fps(fps.value(), fps.origin())),
        size == null ? null : Values.size(size.value(), size.origin()),
        quality == null ? 80 : Values.quality(quality.value(), quality.origin()),
        token == null ? Optional.empty() : Optional.of(Values.token(token.value(), token.origin())),
        always != null && Values.yes(always.value(), always.origin()));
  }
}
