// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A viewer that looks at the beginning of each frame and throws the rest away, answers pings, and
/// insists on the rules: text and picture in pairs that are neither split nor interleaved, sizes as
/// announced, each camera's pictures in order.
///
/// Used by the viewers' thread only, once it has been opened.
final class ViewerClient {
  private static final int SMALL_BYTES = 512;
  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final long DISCARD_AT_ONCE = 1 << 20;

  private final SocketChannel channel;
  private final ViewerLoop loop;
  private final @Nullable KernelDiscard kernel;
  private final int descriptor;
  private final long[] lastSequence;

  // The frame being read.
  private final ByteBuffer header = ByteBuffer.allocate(10);
  private final ByteBuffer small = ByteBuffer.allocate(SMALL_BYTES);
  private boolean inPayload;
  private int opcode;
  private long length;
  private long position;
  // Of the picture that has been announced; -1 when none is due.
  private long announced = -1;
  private boolean readNext;

  /// @param kernel null to read and to compare everything
  ViewerClient(SocketChannel channel, ViewerLoop loop, @Nullable KernelDiscard kernel) {
    this.channel = channel;
    this.loop = loop;
    this.kernel = kernel;
    this.descriptor = kernel == null ? -1 : kernel.descriptor(channel);
    this.lastSequence = new long[loop.cameras()];
    header.limit(2);
  }

  SocketChannel channel() {
    return channel;
  }

  /// Takes all there is.
  void onReadable(ByteBuffer scratch) throws IOException {
    while (true) {
      if (kernel != null && !readNext && mayDiscard()) {
        long n = kernel.discard(descriptor, Math.min(length - position, DISCARD_AT_ONCE));
        if (n <= 0) {
          readNext = true; // nothing now, or the end: an ordinary read will tell
          return;
        }
        position += n;
        if (position < length) {
          continue;
        }
        endOfFrame();
      }
      scratch.clear();
      if (kernel != null) {
        scratch.limit(SMALL_BYTES);
      }
      readNext = false;
      int n = channel.read(scratch);
      if (n < 0) {
        throw new ProtocolException("the relay closed a viewer's connection");
      }
      boolean all = scratch.hasRemaining();
      parse(scratch.flip());
      if (all) {
        return;
      }
    }
  }

  private boolean mayDiscard() {
    return inPayload && opcode == BINARY && position >= FrameStamp.BYTES;
  }

  void parse(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (!inPayload) {
        while (header.hasRemaining() && bytes.hasRemaining()) {
          header.put(bytes.get());
        }
        if (!header.hasRemaining()) {
          headerRead();
        }
      } else {
        payload(bytes);
      }
      if (inPayload && position == length) {
        endOfFrame();
      }
    }
  }

  private void headerRead() throws ProtocolException {
    int first = header.get(0);
    int second = header.get(1) & 0xff;
    int needed = second == 127 ? 10 : second == 126 ? 4 : 2;
    if (header.limit() < needed) {
      header.limit(needed);
      return;
    }
    opcode = first & 0x0f;
    if ((first & 0xf0) != 0x80 || second > 127 || opcode == CONTINUATION) {
      throw new ProtocolException("a masked, fragmented or reserved frame: " + (first & 0xff));
    }
    length =
        switch (needed) {
          case 10 -> header.getLong(2);
          case 4 -> header.getShort(2) & 0xffff;
          default -> second;
        };
    if (opcode == BINARY && length != announced) {
      throw new ProtocolException(
          "a picture of %d bytes where %d were announced".formatted(length, announced));
    }
    position = 0;
    small.clear();
    inPayload = true;
  }

  private void payload(ByteBuffer bytes) throws ProtocolException {
    int n = (int) Math.min(bytes.remaining(), length - position);
    int keep = Math.min(n, small.remaining());
    small.put(small.position(), bytes, bytes.position(), keep).position(small.position() + keep);
    if (kernel == null && opcode == BINARY) {
      compare(bytes, n);
    }
    bytes.position(bytes.position() + n);
    position += n;
  }

  /// All of a camera's frames have the same content, but for the stamp.
  private void compare(ByteBuffer bytes, int n) throws ProtocolException {
    if (position < FrameStamp.BYTES && position + n < FrameStamp.BYTES) {
      return; // too little to know the camera; the stamp is checked at the end
    }
    byte[] picture = loop.picture(FrameStamp.camera(small));
    long from = Math.max(position, FrameStamp.BYTES);
    int skip = (int) (from - position);
    ByteBuffer expected = ByteBuffer.wrap(picture, (int) from, n - skip);
    if (bytes.slice(bytes.position() + skip, n - skip).mismatch(expected) >= 0) {
      throw new ProtocolException("a picture that differs from the one sent");
    }
  }

  private void endOfFrame() throws IOException {
    inPayload = false;
    header.clear().limit(2);
    switch (opcode) {
      case TEXT -> text();
      case BINARY -> picture();
      case PING -> pong();
      case PONG -> {}
      case CLOSE ->
          throw new ProtocolException(
              "the relay closed a viewer with code " + (length < 2 ? 1005 : small.getShort(0)));
      default -> throw new ProtocolException("opcode " + opcode);
    }
  }

  private void text() throws ProtocolException {
    if (announced >= 0) {
      throw new ProtocolException("a text between image_frame and its picture");
    }
    String json = new String(small.array(), 0, small.position(), StandardCharsets.UTF_8);
    if (json.contains("\"image_frame\"")) {
      announced = size(json);
    } else if (json.contains("\"registration_success\"")) {
      loop.registered();
    } else if (json.contains("\"error\"")) {
      throw new ProtocolException("the relay says: " + json);
    }
  }

  private static long size(String json) throws ProtocolException {
    int at = json.indexOf("\"size\":");
    if (at < 0) {
      throw new ProtocolException("image_frame without size");
    }
    long size = 0;
    for (int i = at + 7; i < json.length() && Character.isDigit(json.charAt(i)); i++) {
      size = size * 10 + json.charAt(i) - '0';
    }
    return size;
  }

  private void picture() throws ProtocolException {
    announced = -1;
    if (length < FrameStamp.BYTES || !FrameStamp.isOurs(small)) {
      throw new ProtocolException("not one of the pictures sent");
    }
    int camera = FrameStamp.camera(small);
    long sequence = FrameStamp.sequence(small);
    if (camera < 0 || camera >= lastSequence.length || sequence <= lastSequence[camera]) {
      throw new ProtocolException("picture %d of camera %d again".formatted(sequence, camera));
    }
    lastSequence[camera] = sequence;
    loop.arrived(FrameStamp.dueNanos(small), length);
  }

  private void pong() throws IOException {
    ByteBuffer frame = loop.pong();
    frame.clear();
    Handshake.putHeader(frame, 0x8a, (int) length);
    Handshake.putMasked(frame, small.array(), (int) length);
    channel.write(frame.flip());
    if (frame.hasRemaining()) {
      throw new ProtocolException("the relay does not read a viewer's pongs");
    }
  }
}
