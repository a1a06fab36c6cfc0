// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.nio.charset.StandardCharsets;

/// Control frames (RFC 6455, section 5.5) and what they carry. Server frames are unmasked.
final class ControlFrames {
  /// Payload of a control frame at most.
  static final int MAX_PAYLOAD = 125;

  static final int NORMAL = 1000;
  static final int GOING_AWAY = 1001;
  static final int PROTOCOL_ERROR = 1002;
  static final int NO_STATUS = 1005;
  static final int ABNORMAL = 1006;
  static final int NOT_UTF8 = 1007;
  static final int TOO_BIG = 1009;
  static final int INTERNAL_ERROR = 1011;
  static final int TRY_AGAIN_LATER = 1013;

  /// Of the relay's protocol: too many messages.
  static final int TOO_MANY = 4429;

  private static final int CLOSE = 0x88;
  private static final int PING = 0x89;
  private static final int PONG = 0x8a;
  private static final int MAX_REASON = MAX_PAYLOAD - 2;
  private static final int MAX_PRINTED = 60;

  private ControlFrames() {}

  static byte[] ping(long payload) {
    byte[] frame = new byte[2 + Long.BYTES];
    frame[0] = (byte) PING;
    frame[1] = Long.BYTES;
    for (int i = 0; i < Long.BYTES; i++) {
      frame[2 + i] = (byte) (payload >>> ((Long.BYTES - 1 - i) * Byte.SIZE));
    }
    return frame;
  }

  static byte[] pong(byte[] payload, int length) {
    return frame(PONG, payload, length);
  }

  /// A close frame; a text that is too long is cut between two characters.
  static byte[] close(int code, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(utf8.length, MAX_REASON);
    while (length < utf8.length && length > 0 && (utf8[length] & 0xc0) == 0x80) {
      length--;
    }
    byte[] payload = new byte[2 + length];
    payload[0] = (byte) (code >>> Byte.SIZE);
    payload[1] = (byte) code;
    System.arraycopy(utf8, 0, payload, 2, length);
    return frame(CLOSE, payload, payload.length);
  }

  /// The answer to a close frame without a code.
  static byte[] emptyClose() {
    return frame(CLOSE, new byte[0], 0);
  }

  private static byte[] frame(int first, byte[] payload, int length) {
    byte[] frame = new byte[2 + length];
    frame[0] = (byte) first;
    frame[1] = (byte) length;
    System.arraycopy(payload, 0, frame, 2, length);
    return frame;
  }

  /// What the peer's close frame says; 1005 when it has no code.
  static CloseReason parseClose(byte[] payload, int length) throws ProtocolViolation {
    if (length == 0) {
      return new CloseReason(NO_STATUS, "", true);
    }
    if (length == 1) {
      throw new ProtocolViolation(PROTOCOL_ERROR, "close frame with half a code");
    }
    int code = ((payload[0] & 0xff) << Byte.SIZE) | (payload[1] & 0xff);
    if (!mayBeSent(code)) {
      throw new ProtocolViolation(PROTOCOL_ERROR, "close frame with an impossible code");
    }
    if (!Utf8.isValid(payload, 2, length - 2)) {
      throw new ProtocolViolation(NOT_UTF8, "close reason is not UTF-8");
    }
    return new CloseReason(code, printable(payload, 2, length), true);
  }

  /// Codes that may appear in a close frame: those registered for it, and the ranges of libraries
  /// and applications (RFC 6455, section 7.4).
  static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private static String printable(byte[] utf8, int from, int to) {
    String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length() && plain.length() < MAX_PRINTED; i++) {
      char c = text.charAt(i);
      plain.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return plain.toString();
  }
}
