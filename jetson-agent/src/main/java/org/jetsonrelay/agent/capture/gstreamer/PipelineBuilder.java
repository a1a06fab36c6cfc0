// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jetsonrelay.agent.capture.SourceException;

/**
 * Writes the pipeline for settings, an encoder and a device. Pure. Pictures are on their way in one
 * of two kinds of memory, NVIDIA's (NVMM) and the ordinary one; a source's part says where it
 * leaves them, the encoder's part fetches them from there.
 *
 * <p>Only {@code pipeline:} is passed on as it is. Every other value is checked by {@link Input}
 * and written in quotes, so that none of them can become an element.
 */
public final class PipelineBuilder {

  /** The name of the encoder's element, whose quality can be changed. */
  static final String ENCODER_NAME = "enc";

  private static final String SINK = "appsink name=sink sync=false max-buffers=2 drop=true";
  // A file comes as fast as the disk; its sink makes it come in time.
  private static final String FILE_SINK = "appsink name=sink sync=true max-buffers=2 drop=true";
  private static final Pattern HAS_SINK = Pattern.compile("\\bname\\s*=\\s*\"?sink\"?(\\s|$)");

  private final GstSettings settings;
  private final Device device;
  private final Set<String> offered;
  private final List<String> parts = new ArrayList<>();

  private PipelineBuilder(GstSettings settings, Device device, Set<String> offered) {
    this.settings = settings;
    this.device = device;
    this.offered = offered;
  }

  /**
   * Writes it.
   *
   * @param encoder what {@link EncoderChoice} chose
   * @param offered what the camera offers: media types and raw formats; empty when not known
   * @throws SourceException when an element is missing; the message says what to install
   */
  public static String build(
      GstSettings settings, Encoder encoder, Device device, Set<String> offered)
      throws SourceException {
    if (settings.input() instanceof Input.Custom custom) {
      return custom(custom.pipeline());
    }
    PipelineBuilder builder = new PipelineBuilder(settings, device, offered);
    switch (encoder) {
      case PASSTHROUGH -> builder.jpegsFrom(settings.input());
      case NVJPEG, CPU -> builder.encoded(encoder);
      case AUTO, JAVACV ->
          throw new SourceException(encoder.word() + " is not an encoder of GStreamer's");
    }
    return builder.join();
  }

  private static String custom(String pipeline) {
    if (HAS_SINK.matcher(pipeline).find()) {
      return pipeline;
    }
    String stripped = pipeline.strip();
    return stripped + (stripped.endsWith("!") ? " " : " ! ") + SINK;
  }

  private String join() {
    parts.add(settings.input() instanceof Input.File ? FILE_SINK : SINK);
    return String.join(" ! ", parts);
  }

  private void encoded(Encoder encoder) throws SourceException {
    Memory memory = picturesFrom(settings.input());
    if (encoder == Encoder.NVJPEG) {
      element("nvvidconv", "nvidia-l4t-gstreamer");
      part("video/x-raw(memory:NVMM),format=I420" + scaled());
      element("nvjpegenc", "nvidia-l4t-gstreamer", encoderValues());
      return;
    }
    switch (memory) {
      case READY -> {}
      case NVMM -> {
        element("nvvidconv", "nvidia-l4t-gstreamer");
        part("video/x-raw,format=I420" + scaled());
      }
      case ORDINARY -> {
        element("videoconvert", "gstreamer1.0-plugins-base");
        if (!scaled().isEmpty()) {
          element("videoscale", "gstreamer1.0-plugins-base");
        }
        part("video/x-raw,format=I420" + scaled());
      }
    }
    element("jpegenc", "gstreamer1.0-plugins-good", encoderValues());
  }

  /** Where a source's part leaves its pictures; READY ones need no conversion for jpegenc. */
  private enum Memory {
    NVMM,
    ORDINARY,
    READY
  }

  private Memory picturesFrom(Input input) throws SourceException {
    if (input instanceof Input.Csi csi) {
      element("nvarguscamerasrc", "nvidia-l4t-gstreamer", "sensor-id=" + csi.sensor());
      part("video/x-raw(memory:NVMM),format=NV12" + size() + rate());
      return Memory.NVMM;
    }
    if (input instanceof Input.V4l2 camera) {
      v4l2(camera);
      // NVIDIA's converter is known to take this one; any other format is left to negotiation.
      part("video/x-raw" + (offered.contains("YUY2") ? ",format=YUY2" : "") + size() + rate());
      return Memory.ORDINARY;
    }
    if (input instanceof Input.Rtsp camera) {
      rtsp(camera);
      element("rtph264depay", "gstreamer1.0-plugins-good");
      element("h264parse", "gstreamer1.0-plugins-bad");
      return decoded();
    }
    if (input instanceof Input.File file) {
      element("filesrc", "libgstreamer1.0-0", "location=" + quoted(file.path()));
      element("decodebin", "gstreamer1.0-plugins-base");
      dropToRate();
      // On a Jetson decodebin takes the hardware's decoder; nvvidconv reads both memories.
      return device.has("nvvidconv") ? Memory.NVMM : Memory.ORDINARY;
    }
    element("videotestsrc", "gstreamer1.0-plugins-base", "is-live=true horizontal-speed=2");
    part(
        "video/x-raw,format=I420"
            + (settings.width() == 0 ? ",width=1280,height=720" : size())
            + (settings.fps() == 0 ? ",framerate=30/1" : rate()));
    return Memory.READY;
  }

  private void jpegsFrom(Input input) throws SourceException {
    if (input instanceof Input.V4l2 camera) {
      v4l2(camera);
      part("image/jpeg" + size() + rate());
    } else if (input instanceof Input.Rtsp camera) {
      rtsp(camera);
      element("rtpjpegdepay", "gstreamer1.0-plugins-good");
    } else if (input instanceof Input.File file) {
      element("filesrc", "libgstreamer1.0-0", "location=" + quoted(file.path()));
      element(demultiplexer(file), "gstreamer1.0-plugins-good or -bad");
      part("image/jpeg");
      dropToRate();
    } else {
      throw new SourceException(
          input.description() + " delivers no JPEG that could pass through; use another encoder");
    }
  }

  private static String demultiplexer(Input.File file) {
    String name = file.path().toLowerCase(Locale.ROOT);
    if (name.endsWith(".avi")) {
      return "avidemux";
    }
    if (name.endsWith(".mkv")) {
      return "matroskademux";
    }
    return name.endsWith(".mp4") || name.endsWith(".mov") ? "qtdemux" : "jpegparse";
  }

  private void v4l2(Input.V4l2 camera) throws SourceException {
    element(
        "v4l2src",
        "gstreamer1.0-plugins-good",
        "device=" + quoted(camera.device()) + " do-timestamp=true");
  }

  private void rtsp(Input.Rtsp camera) throws SourceException {
    element(
        "rtspsrc",
        "gstreamer1.0-plugins-good",
        "location="
            + quoted(camera.address().toString())
            + " latency="
            + settings.networkDelay().toMillis()
            + " drop-on-latency=true protocols=tcp");
  }

  private Memory decoded() throws SourceException {
    boolean hardware = device.has("nvv4l2decoder");
    if (hardware) {
      part("nvv4l2decoder");
    } else if (device.has("avdec_h264")) {
      part("avdec_h264");
    } else if (device.has("openh264dec")) {
      part("openh264dec");
    } else {
      throw missing("avdec_h264", "gstreamer1.0-libav");
    }
    dropToRate();
    return hardware ? Memory.NVMM : Memory.ORDINARY;
  }

  /**
   * For sources that cannot be told how fast to come: frames are left out before they are encoded.
   */
  private void dropToRate() throws SourceException {
    if (settings.fps() > 0) {
      element(
          "videorate",
          "gstreamer1.0-plugins-base",
          "drop-only=true max-rate=" + (long) Math.ceil(settings.fps()));
    }
  }

  private String encoderValues() {
    return "name=" + ENCODER_NAME + " quality=" + settings.quality();
  }

  private String size() {
    return settings.width() == 0
        ? ""
        : ",width=" + settings.width() + ",height=" + settings.height();
  }

  /** The size again after the converter, for sources whose own size is what it is. */
  private String scaled() {
    boolean fixed =
        settings.input() instanceof Input.Rtsp || settings.input() instanceof Input.File;
    return fixed ? size() : "";
  }

  private String rate() {
    if (settings.fps() == 0) {
      return "";
    }
    long thousandths = Math.round(settings.fps() * 1000);
    long divisor = greatestCommon(thousandths, 1000);
    return ",framerate=" + thousandths / divisor + "/" + 1000 / divisor;
  }

  private static long greatestCommon(long a, long b) {
    return b == 0 ? a : greatestCommon(b, a % b);
  }

  private void element(String name, String debianPackage) throws SourceException {
    element(name, debianPackage, "");
  }

  private void element(String name, String debianPackage, String values) throws SourceException {
    if (!device.has(name)) {
      throw missing(name, debianPackage);
    }
    part(values.isEmpty() ? name : name + " " + values);
  }

  private SourceException missing(String element, String debianPackage) {
    return new SourceException(
        settings.input().description()
            + " needs GStreamer's element "
            + element
            + ", which is not here: apt-get install "
            + debianPackage);
  }

  private void part(String text) {
    parts.add(text);
  }

  /** A value in the quotes of GStreamer's notation; between them only these two mean anything. */
  static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
