// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.conformance.Bytes.concat;
import static org.jetsonrelay.server.websocket.conformance.Bytes.utf8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// A client's frames, right and wrong.
final class Frames {
  static final int FIN = 0x80;

  private Frames() {}

  /// A masked frame; `first` holds FIN, the reserved bits and the opcode.
  static byte[] frame(int first, byte[] payload) {
    return RawWebSocket.encode(first, payload);
  }

  static byte[] text(String text) {
    return frame(FIN | RawWebSocket.TEXT, utf8(text));
  }

  static byte[] ping(byte[] payload) {
    return frame(FIN | RawWebSocket.PING, payload);
  }

  static byte[] pong(byte[] payload) {
    return frame(FIN | RawWebSocket.PONG, payload);
  }

  /// A close frame's payload.
  static byte[] code(int code) {
    return new byte[] {(byte) (code >> 8), (byte) code};
  }

  static byte[] close(int code, String text) {
    return close(concat(code(code), utf8(text)));
  }

  static byte[] close(byte[] payload) {
    return frame(FIN | RawWebSocket.CLOSE, payload);
  }

  /// A message in fragments with these payloads.
  static byte[] fragments(int opcode, byte[]... payloads) {
    byte[][] frames = new byte[payloads.length][];
    for (int i = 0; i < payloads.length; i++) {
      int first = (i == 0 ? opcode : CONTINUATION) | (i == payloads.length - 1 ? FIN : 0);
      frames[i] = frame(first, payloads[i]);
    }
    return concat(frames);
  }

  /// A message in fragments of this many bytes.
  static byte[] fragments(int opcode, byte[] payload, int size) {
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < payload.length; at += size) {
      pieces.add(Arrays.copyOfRange(payload, at, Math.min(at + size, payload.length)));
    }
    return fragments(opcode, pieces.toArray(byte[][]::new));
  }

  /// The beginning of a frame that claims a length, in the 64-bit form, with the key 0, so that
  /// what follows goes as it is.
  static byte[] claim(int first, long length) {
    return concat(claimWithoutKey(first, length), new byte[4]);
  }

  /// As above, up to the length.
  static byte[] claimWithoutKey(int first, long length) {
    return ByteBuffer.allocate(10).put((byte) first).put((byte) 0xff).putLong(length).array();
  }
}
