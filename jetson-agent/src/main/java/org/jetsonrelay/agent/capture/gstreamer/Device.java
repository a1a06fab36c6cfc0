// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What GStreamer offers on this machine, as far as choosing a pipeline needs it.
 *
 * @param gstreamer its version, or nothing where it is not installed
 * @param elements those of {@link #ASKED_FOR} that can be made here
 * @param nvmmSinks those of them that take pictures in the memory of NVIDIA's engines
 */
public record Device(Optional<String> gstreamer, Set<String> elements, Set<String> nvmmSinks) {

  /** Every element that some pipeline of {@link PipelineBuilder} is made of. */
  public static final List<String> ASKED_FOR =
      List.of(
          "nvarguscamerasrc",
          "nvvidconv",
          "nvjpegenc",
          "nvv4l2decoder",
          "v4l2src",
          "rtspsrc",
          "rtph264depay",
          "rtpjpegdepay",
          "h264parse",
          "avdec_h264",
          "openh264dec",
          "filesrc",
          "decodebin",
          "avidemux",
          "matroskademux",
          "qtdemux",
          "jpegparse",
          "videotestsrc",
          "videoconvert",
          "videoscale",
          "videorate",
          "jpegenc");

  /** Keeps copies. */
  public Device {
    elements = Set.copyOf(elements);
    nvmmSinks = Set.copyOf(nvmmSinks);
  }

  /** A machine without GStreamer, or without the library that reaches it. */
  public static Device withoutGstreamer() {
    return new Device(Optional.empty(), Set.of(), Set.of());
  }

  /** Whether an element can be made here. */
  public boolean has(String element) {
    return elements.contains(element);
  }

  /**
   * Whether the Jetson's JPEG engine can be used. GStreamer itself has another {@code nvjpegenc},
   * for CUDA cards, which does not take NVMM memory; and without {@code nvvidconv} nothing gets
   * there.
   */
  public boolean hasJpegEngine() {
    return nvmmSinks.contains("nvjpegenc") && has("nvvidconv");
  }
}
