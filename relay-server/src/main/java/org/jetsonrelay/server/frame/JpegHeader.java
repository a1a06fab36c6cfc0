// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.nio.ByteBuffer;

/// What the beginning of an image says (ITU-T T.81, annex B): its size, or why it is not a JPEG.
///
/// Reading is bounded by the given range and by [#MAX_SEGMENTS], allocates only its answer and
/// never throws, whatever the bytes are.
public sealed interface JpegHeader {
  /// How many marker segments may precede the frame header.
  int MAX_SEGMENTS = 128;

  /// A JPEG of this size.
  ///
  /// @param width pixels, at least 1
  /// @param height pixels, at least 1
  record Size(int width, int height) implements JpegHeader {}

  /// Not a JPEG.
  ///
  /// @param reason for a person; contains nothing of the image
  record Fault(String reason) implements JpegHeader {}

  /// Reads `length` bytes of `memory` from `offset`, by absolute access.
  static JpegHeader parse(ByteBuffer memory, int offset, int length) {
    if (offset < 0 || length < 0 || offset > memory.capacity() - length) {
      return new Fault("outside of its memory");
    }
    int end = Math.min(offset + length, memory.limit());
    if (end - offset < 4) {
      return new Fault("too short");
    }
    if (at(memory, offset) != 0xff
        || at(memory, offset + 1) != 0xd8
        || at(memory, offset + 2) != 0xff) {
      return new Fault("does not begin with FF D8 FF");
    }
    int at = offset + 2;
    for (int segment = 0; segment < MAX_SEGMENTS; segment++) {
      if (end - at < 2) {
        return new Fault("ends before its frame header");
      }
      if (at(memory, at) != 0xff) {
        return new Fault("no marker where one is due");
      }
      int marker = at(memory, at + 1);
      if (marker == 0xff) { // a fill byte
        at++;
        continue;
      }
      if (end - at < 4) {
        return new Fault("ends before its frame header");
      }
      int segmentLength = (at(memory, at + 2) << 8) | at(memory, at + 3);
      if (isFrameHeader(marker)) {
        return size(memory, at, end, segmentLength);
      }
      if (!maySkip(marker)) {
        return new Fault("no frame header before its data");
      }
      if (segmentLength < 2) {
        return new Fault("a segment of impossible length");
      }
      at += 2 + segmentLength;
    }
    return new Fault("too many segments before its frame header");
  }

  private static JpegHeader size(ByteBuffer memory, int at, int end, int segmentLength) {
    // marker, length, precision, height, width, components
    if (end - at < 10 || segmentLength < 8) {
      return new Fault("its frame header is cut short");
    }
    int height = (at(memory, at + 5) << 8) | at(memory, at + 6);
    int width = (at(memory, at + 7) << 8) | at(memory, at + 8);
    int components = at(memory, at + 9);
    if (components == 0 || segmentLength != 8 + 3 * components || end - at < 2 + segmentLength) {
      return new Fault("its frame header is malformed");
    }
    if (width == 0 || height == 0) {
      return new Fault("its frame header gives no size");
    }
    return new Size(width, height);
  }

  /// SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share their range.
  private static boolean isFrameHeader(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  /// Tables, application data and comments; not start of scan, end of image, or markers without a
  /// length, none of which may come before the frame header.
  private static boolean maySkip(int marker) {
    return marker == 0xc4
        || marker == 0xcc
        || (marker >= 0xdb && marker <= 0xdf)
        || (marker >= 0xe0 && marker <= 0xef)
        || marker == 0xfe;
  }

  private static int at(ByteBuffer memory, int index) {
    return memory.get(index) & 0xff;
  }
}
