// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Devices as they are met, for the tables. */
final class Devices {

  private static final List<String> NVIDIA =
      List.of("nvarguscamerasrc", "nvvidconv", "nvjpegenc", "nvv4l2decoder");

  private Devices() {}

  static Device named(String name) {
    return switch (name) {
      case "jetson" -> device(Set.of(), Set.of("nvvidconv", "nvjpegenc", "nvv4l2decoder"));
      // Its encoder's plug-in does not load.
      case "jetson-" -> device(Set.of("nvjpegenc"), Set.of("nvvidconv"));
      case "noconv" -> device(Set.of("nvvidconv"), Set.of("nvjpegenc"));
      // GStreamer 1.24's own nvjpegenc.
      case "cuda" -> device(Set.of("nvarguscamerasrc", "nvvidconv", "nvv4l2decoder"), Set.of());
      case "pc" -> device(new HashSet<>(NVIDIA), Set.of());
      // Only the core of GStreamer.
      case "nothing" -> new Device(Optional.of("1.22.0"), Set.of("filesrc"), Set.of());
      case "none" -> Device.withoutGstreamer();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Device device(Set<String> without, Set<String> nvmmSinks) {
    Set<String> elements = new HashSet<>(Device.ASKED_FOR);
    elements.removeAll(without);
    return new Device(Optional.of("1.20.3"), elements, nvmmSinks);
  }

  static Device without(Device device, String... elements) {
    Set<String> fewer = new HashSet<>(device.elements());
    fewer.removeAll(Arrays.asList(elements));
    return new Device(device.gstreamer(), fewer, device.nvmmSinks());
  }
}
