// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

/// Payloads.
final class Bytes {
  private Bytes() {}

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] concat(byte[]... pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] piece : pieces) {
      all.writeBytes(piece);
    }
    return all.toByteArray();
  }

  /// Any bytes, the same each time for a length.
  static byte[] binary(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /// A text of this many bytes; characters of one to four bytes take turns, so that any cut falls
  /// inside of one sooner or later.
  static byte[] text(int length) {
    byte[] pattern = utf8("aé€\uD83D\uDE00");
    byte[] bytes = new byte[length];
    int whole = length - length % pattern.length;
    for (int at = 0; at < whole; at += pattern.length) {
      System.arraycopy(pattern, 0, bytes, at, pattern.length);
    }
    Arrays.fill(bytes, whole, length, (byte) '*');
    return bytes;
  }

  static byte[] payload(int opcode, int length) {
    return opcode == 1 ? text(length) : binary(length);
  }
}
