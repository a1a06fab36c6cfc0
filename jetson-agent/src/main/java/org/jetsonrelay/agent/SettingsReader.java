// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jetsonrelay.agent.capture.CaptureSettings;
import org.jetsonrelay.agent.uplink.UplinkSettings;
import org.jspecify.annotations.Nullable;

/**
 * Makes settings of a command line and an environment. The command line wins; an environment
 * variable that is empty or blank counts as absent. Used once, by the main thread.
 */
final class SettingsReader {

  private static final List<String> KEYS =
      List.of("name", "source", "fps", "size", "quality", "token", "always-on");

  /** A comma ends a value only where a key follows: sources may have commas of their own. */
  private static final Pattern NEXT_KEY =
      Pattern.compile(KEYS.stream().collect(Collectors.joining("|", ",(?=(?:", ")=)")));

  private final Options options;
  private final Map<String, String> environment;

  private SettingsReader(Options options, Map<String, String> environment) {
    this.options = options;
    this.environment = environment;
  }

  static AgentSettings read(Options options, Map<String, String> environment)
      throws UsageException {
    return new SettingsReader(options, environment).settings();
  }

  /** A value and where it came from. */
  private record Setting(String value, String origin) {}

  private Setting setting(@Nullable String option, String flag, String variable, String otherwise) {
    if (option != null) {
      return new Setting(option, flag);
    }
    String value = environment.getOrDefault(variable, "");
    return new Setting(value.isBlank() ? otherwise : value.strip(), variable);
  }

  private AgentSettings settings() throws UsageException {
    Setting relay = setting(options.relay, "--relay", "RELAY_URL", "ws://127.0.0.1:8080/ws");
    Setting level = setting(options.logLevel, "--log-level", "LOG_LEVEL", "info");
    Setting ping = setting(options.pingPeriod, "--ping-period", "PING_PERIOD", "10");
    return new AgentSettings(
        Values.relay(relay.value(), relay.origin()),
        cameras(),
        Values.logLevel(level.value(), level.origin()),
        CaptureSettings.defaults(),
        UplinkSettings.Limits.defaults().withPing(Values.pingPeriod(ping.value(), ping.origin())),
        minQuality());
  }

  private OptionalInt minQuality() throws UsageException {
    Setting off = setting(options.noAdapt, "--no-adapt", "NO_ADAPT", "false");
    Setting least = setting(options.minQuality, "--min-quality", "MIN_QUALITY", "40");
    int quality = Values.quality(least.value(), least.origin());
    return Values.yes(off.value(), off.origin()) ? OptionalInt.empty() : OptionalInt.of(quality);
  }

  private List<CameraSettings> cameras() throws UsageException {
    Map<String, Setting> common = common();
    List<Setting> described = new ArrayList<>();
    options.cameras.forEach(text -> described.add(new Setting(text, "--camera")));
    if (described.isEmpty()) {
      Arrays.stream(environment.getOrDefault("CAMERAS", "").split(";", -1))
          .filter(text -> !text.isBlank())
          .forEach(text -> described.add(new Setting(text.strip(), "CAMERAS")));
    }
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
    for (Setting description : described) {
      Map<String, Setting> merged = new LinkedHashMap<>(common);
      // A name for all would make them replace each other.
      merged.remove("name");
      merged.putAll(parts(description));
      CameraSettings camera = camera(merged);
      if (!names.add(camera.name().orElse(""))) {
        throw Values.wrong(
            description.origin(),
            description.value(),
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

  private Map<String, Setting> common() {
    Map<String, Setting> common = new LinkedHashMap<>();
    common.put("name", setting(options.name, "--name", "CAMERA_NAME", ""));
    common.put("source", setting(options.source, "--source", "SOURCE", "test"));
    common.put("fps", setting(options.fps, "--fps", "FPS", ""));
    common.put("size", setting(options.size, "--size", "SIZE", ""));
    common.put("quality", setting(options.quality, "--quality", "QUALITY", "80"));
    common.put("token", setting(options.token, "--token", "TOKEN", ""));
    common.put("always-on", setting(options.alwaysOn, "--always-on", "ALWAYS_ON", "false"));
    // An option that is given but empty is an error; a variable that is not given is not.
    common
        .values()
        .removeIf(setting -> setting.value().isEmpty() && !setting.origin().startsWith("-"));
    return common;
  }

  private static Map<String, Setting> parts(Setting description) throws UsageException {
    Map<String, Setting> parts = new LinkedHashMap<>();
    for (String part : NEXT_KEY.split(description.value(), -1)) {
      int equals = part.indexOf('=');
      String key = equals < 0 ? part : part.substring(0, equals);
      if (equals < 0 || !KEYS.contains(key)) {
        throw Values.wrong(
            description.origin(),
            key.equals("token") ? key : part,
            "KEY=VALUE pairs separated by commas with the keys " + String.join(", ", KEYS));
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
    Setting fps = settings.get("fps");
    Setting size = settings.get("size");
    Setting quality = settings.get("quality");
    Setting token = settings.get("token");
    Setting always = settings.get("always-on");
    return new CameraSettings(
        name == null ? Optional.empty() : Optional.of(Values.name(name.value(), name.origin())),
        source == null ? "test" : FrameSources.checked(source.value(), source.origin()),
        fps == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(Values.fps(fps.value(), fps.origin())),
        size == null ? null : Values.size(size.value(), size.origin()),
        quality == null ? 80 : Values.quality(quality.value(), quality.origin()),
        token == null ? Optional.empty() : Optional.of(Values.token(token.value(), token.origin())),
        always != null && Values.yes(always.value(), always.origin()));
  }
}
