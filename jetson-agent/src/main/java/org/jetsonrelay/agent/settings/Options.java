// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.settings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command line, as text: {@link SettingsReader} makes values of it. Filled by picocli, hence
 * not final.
 */
@Command(
    name = "jetson-agent",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description =
        "Takes pictures from a camera, a folder or a video and pushes them to a relay while somebody watches.",
    footerHeading = "%nExit codes:%n")
@SuppressWarnings("FieldCanBeFinal")
public final class Options {

  @Option(
      names = "--relay",
      paramLabel = "URL",
      description =
          "The relay's address (RELAY_URL; default ws://127.0.0.1:8080/ws); or auto, the relay that announces itself"
              + " on this network; or auto:NAME, one of several.")
  @Nullable String relay;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "For wss://: a PEM file with the only certificates to trust (RELAY_CA; default: those Java trusts).")
  @Nullable String ca;

  @Option(
      names = "--pin",
      paramLabel = "sha256//BASE64",
      description =
          "For wss://: the relay's public key, from the log of its start (RELAY_PIN); without --ca it is enough.")
  @Nullable String pin;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The camera's name (CAMERA_NAME; without one the relay chooses).")
  @Nullable String name;

  @Option(
      names = "--source",
      paramLabel = "SOURCE",
      description =
          "Where frames come from (SOURCE): csi:N, v4l2:/dev/videoN, rtsp://..., file:VIDEO, folder:DIR"
              + " (JPEG files), pipeline:\"...\" (GStreamer's notation), or test, a synthetic camera (default).")
  @Nullable String source;

  @Option(
      names = "--encoder",
      paramLabel = "ENCODER",
      description =
          "What makes the JPEGs (ENCODER): nvjpeg (a Jetson's hardware), cpu (GStreamer), passthrough (the camera"
              + " itself), javacv (FFmpeg), or auto, the first of them that is at hand (default); the log says which and"
              + " why. With auto, test is the picture with a readable marker, and a video file goes through FFmpeg"
              + " unless there is hardware; nvjpeg or cpu send both through GStreamer.")
  @Nullable String encoder;

  @Option(
      names = "--fps",
      paramLabel = "N",
      description = "Frames per second (FPS; default: the source's own, 30 for test).")
  @Nullable String fps;

  @Option(
      names = "--size",
      paramLabel = "WxH",
      description = "Size of the frames (SIZE; default: the source's own, 1280x720 for test).")
  @Nullable String size;

  @Option(
      names = "--quality",
      paramLabel = "1-100",
      description = "JPEG quality where the agent encodes (QUALITY; default 80).")
  @Nullable String quality;

  @Option(
      names = "--min-quality",
      paramLabel = "1-100",
      description =
          "How far the JPEG quality may be lowered when the uplink or the audience cannot take more"
              + " (MIN_QUALITY; default 40).")
  @Nullable String minQuality;

  @Option(
      names = "--no-adapt",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Never change the JPEG quality (NO_ADAPT; default false).")
  @Nullable String noAdapt;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "What the relay wants to see (TOKEN; better there, since others can read a command line).")
  @Nullable String token;

  @Option(
      names = "--always-on",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Capture and send even when nobody watches (ALWAYS_ON; default false).")
  @Nullable String alwaysOn;

  @Option(
      names = "--camera",
      paramLabel = "KEY=VALUE,...",
      description =
          "One of several cameras, each with its own connection: name=front,source=...,encoder=...,fps=...,size=...,"
              + "quality=...,token=...,always-on=... (CAMERAS, separated by ';'). What is left out is taken from the options above.")
  List<String> cameras = new ArrayList<>();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A YAML file with the same settings and a list of cameras (CONFIG). Options and variables win over it; a"
              + " change of fps, size or quality in it takes effect at once.")
  @Nullable String config;

  @Option(
      names = "--max-rss",
      paramLabel = "SIZE",
      description =
          "Ends the process when it has more memory than this, such as 300M, so that its supervisor starts it again"
              + " (MAX_RSS; default off).")
  @Nullable String maxRss;

  @Option(
      names = "--hang-limit",
      paramLabel = "SECONDS",
      description =
          "Ends the process when a source hangs in a driver for so long (HANG_LIMIT; default 30).")
  @Nullable String hangLimit;

  @Option(
      names = "--ping-period",
      paramLabel = "SECONDS",
      description =
          "How often the relay is pinged; after two unanswered it is taken for dead (PING_PERIOD; default 10).")
  @Nullable String pingPeriod;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace (LOG_LEVEL; default info).")
  @Nullable String logLevel;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this and exit.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version and exit.")
  boolean version;
}
