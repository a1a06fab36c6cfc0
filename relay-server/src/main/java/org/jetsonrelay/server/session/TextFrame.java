// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

/// Wraps a text message into the one unmasked WebSocket frame it travels in (RFC 6455, section
/// 5.2).
final class TextFrame {

  /// The longest header of an unmasked frame.
  static final int MAX_HEADER_BYTES = 10;

  // FIN with opcode 1 (text) and 2 (binary).
  private static final byte TEXT = (byte) 0x81;
  private static final byte BINARY = (byte) 0x82;

  private TextFrame() {}

  static byte[] of(byte[] utf8) {
    byte[] header = header(TEXT, utf8.length);
    byte[] frame = new byte[header.length + utf8.length];
    System.arraycopy(header, 0, frame, 0, header.length);
    System.arraycopy(utf8, 0, frame, header.length, utf8.length);
    return frame;
  }

  static byte[] binaryHeader(int length) {
    return header(BINARY, length);
  }

  private static byte[] header(byte first, int length) {
    if (length < 126) {
      return new byte[] {first, (byte) length};
    }
    if (length <= 0xffff) {
      return new byte[] {first, 126, (byte) (length >>> 8), (byte) length};
    }
    byte[] header = new byte[MAX_HEADER_BYTES];
    header[0] = first;
    header[1] = 127;
    for (int i = 0; i < Integer.BYTES; i++) {
      header[MAX_HEADER_BYTES - 1 - i] = (byte) (length >>> (i * Byte.SIZE));
    }
    return header;
  }
}
