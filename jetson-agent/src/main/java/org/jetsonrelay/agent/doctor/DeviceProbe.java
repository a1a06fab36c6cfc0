// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.agent.capture.SourceException;
import org.jetsonrelay.agent.capture.gstreamer.Device;
import org.jetsonrelay.agent.capture.gstreamer.Encoder;
import org.jetsonrelay.agent.capture.gstreamer.EncoderChoice;
import org.jetsonrelay.agent.capture.gstreamer.GstLibrary;
import org.jetsonrelay.agent.capture.gstreamer.Input;

/**
 * Looks at this machine: its files, its C library, its GStreamer, its cameras. Reads only, and
 * opens cameras just long enough to ask what they offer. Called by one thread.
 */
public final class DeviceProbe {

  /** Video devices beyond this number are left out; a Jetson has up to a dozen. */
  static final int MOST_CAMERAS = 64;

  private static final int FILE_BYTES_MAX = 4096;
  private static final Pattern RELEASE =
      Pattern.compile("R(\\d{1,3}) \\(release\\), REVISION: ([0-9.]{1,16})");
  private static final Pattern LAST_VERSION = Pattern.compile("(\\d+\\.\\d+)\\s*$");
  private static final Pattern VIDEO = Pattern.compile("video\\d{1,3}");

  /** The way to GStreamer; a seam for tests, which bring devices that are not here. */
  interface Gstreamer {
    /** What GStreamer offers. */
    Device device() throws SourceException;

    /** What an input offers. */
    Set<String> offered(Input input) throws SourceException;
  }

  private final Path root;
  private final Gstreamer gstreamer;
  private final List<String> problems = new ArrayList<>();

  DeviceProbe(Path root, Gstreamer gstreamer) {
    this.root = root;
    this.gstreamer = gstreamer;
  }

  /** Looks at the machine that this runs on. */
  public static DeviceReport probe() {
    return new DeviceProbe(
            Path.of("/"),
            new Gstreamer() {
              @Override
              public Device device() throws SourceException {
                return GstLibrary.load().device();
              }

              @Override
              public Set<String> offered(Input input) throws SourceException {
                return GstLibrary.load().offered(input);
              }
            })
        .report(libraryVersion());
  }

  DeviceReport report(Optional<String> glibc) {
    Device device = Device.withoutGstreamer();
    try {
      device = gstreamer.device();
    } catch (SourceException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    Optional<String> release = release();
    List<DeviceReport.Camera> cameras = new ArrayList<>();
    if (device.has("nvarguscamerasrc")) {
      cameras.add(camera(new Input.Csi(0), "CSI connector", device));
    }
    for (Path video : videoDevices()) {
      cameras.add(camera(new Input.V4l2("/dev/" + video.getFileName()), nameOf(video), device));
    }
    if (cameras.isEmpty()) {
      problems.add(
          "there is no camera: no /dev/video*, and no nvarguscamerasrc for a CSI connector");
    }
    cameras.add(camera(new Input.Test(), "test picture", device));
    if (release.isPresent() && device.gstreamer().isPresent() && !device.hasJpegEngine()) {
      problems.add(
          "the JPEG engine of this Jetson cannot be used: apt-get install nvidia-l4t-gstreamer,"
              + " then rm -rf ~/.cache/gstreamer-1.0");
    }
    return new DeviceReport(
        text("proc/device-tree/model"),
        release,
        release.flatMap(DeviceProbe::jetpack),
        System.getProperty("os.arch", "unknown"),
        Runtime.version().toString(),
        glibc,
        device.gstreamer(),
        device.elements(),
        device.hasJpegEngine(),
        cameras,
        problems);
  }

  private DeviceReport.Camera camera(Input input, String name, Device device) {
    try {
      Set<String> offered = device.gstreamer().isEmpty() ? Set.of() : gstreamer.offered(input);
      EncoderChoice choice = EncoderChoice.choose(input, Encoder.AUTO, device, offered);
      return new DeviceReport.Camera(
          input.description(), name, Optional.of(choice.encoder().word()), choice.reason());
    } catch (SourceException e) {
      return new DeviceReport.Camera(
          input.description(), name, Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private List<Path> videoDevices() {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            root.resolve("dev"), entry -> VIDEO.matcher(fileName(entry)).matches())) {
      entries.forEach(found::add);
    } catch (IOException e) {
      problems.add("/dev cannot be listed: " + e.getMessage());
    }
    found.sort(Comparator.comparingInt(entry -> Integer.parseInt(fileName(entry).substring(5))));
    return found.size() > MOST_CAMERAS ? found.subList(0, MOST_CAMERAS) : found;
  }

  private static String fileName(Path entry) {
    return String.valueOf(entry.getFileName());
  }

  private String nameOf(Path video) {
    return text("sys/class/video4linux/" + fileName(video) + "/name").orElse("unnamed");
  }

  private Optional<String> release() {
    return text("etc/nv_tegra_release")
        .map(RELEASE::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1) + "." + matcher.group(2));
  }

  static Optional<String> jetpack(String release) {
    return switch (release.replaceAll("\\..*", "")) {
      case "32" -> Optional.of("JetPack 4");
      case "34", "35" -> Optional.of("JetPack 5");
      case "36" -> Optional.of("JetPack 6");
      case "38", "39" -> Optional.of("JetPack 7");
      default -> Optional.empty();
    };
  }

  private Optional<String> text(String path) {
    Path file = root.resolve(path);
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try (InputStream stream = Files.newInputStream(file)) {
      // A device tree's strings end with a NUL.
      String text = new String(stream.readNBytes(FILE_BYTES_MAX), UTF_8).replace("\0", "").strip();
      return Optional.of(text).filter(found -> !found.isEmpty());
    } catch (IOException e) {
      problems.add("/" + path + " cannot be read: " + e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * The C library's version, by {@code ldd --version}; musl's ldd answers otherwise and is none.
   */
  private static Optional<String> libraryVersion() {
    try {
      Process process = new ProcessBuilder("ldd", "--version").redirectErrorStream(true).start();
      try (InputStream output = process.getInputStream()) {
        String answer = new String(output.readNBytes(FILE_BYTES_MAX), UTF_8);
        process.waitFor(5, TimeUnit.SECONDS);
        return glibc(answer);
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  static Optional<String> glibc(String answer) {
    return answer
        .lines()
        .findFirst()
        .map(LAST_VERSION::matcher)
        .filter(Matcher::find)
        .map(matcher -> matcher.group(1));
  }
}
