// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Checks UTF-8 (RFC 3629) as it arrives, in pieces cut anywhere: surrogates, overlong forms and
/// values beyond U+10FFFF are refused at the first byte that cannot be right any more.
final class Utf8 {
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  // Continuation bytes still due, and the range of the next one (only the first is ever narrower
  // than 80..BF).
  private int due;
  private int low = 0x80;
  private int high = 0xbf;

  /// Takes the next bytes; false when they make the text invalid.
  boolean accept(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    while (at < end) {
      if (due == 0) {
        at = skipAscii(bytes, at, end);
        if (at == end) {
          return true;
        }
        if (!lead(bytes[at++] & 0xff)) {
          return false;
        }
      } else {
        int b = bytes[at++] & 0xff;
        if (b < low || b > high) {
          return false;
        }
        low = 0x80;
        high = 0xbf;
        due--;
      }
    }
    return true;
  }

  private static int skipAscii(byte[] bytes, int from, int end) {
    int at = from;
    while (end - at >= Long.BYTES && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
      at += Long.BYTES;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  private boolean lead(int b) {
    if (b >= 0xc2 && b <= 0xdf) {
      due = 1;
    } else if (b >= 0xe0 && b <= 0xef) {
      due = 2;
      low = b == 0xe0 ? 0xa0 : 0x80; // no overlong forms
      high = b == 0xed ? 0x9f : 0xbf; // no surrogates
    } else if (b >= 0xf0 && b <= 0xf4) {
      due = 3;
      low = b == 0xf0 ? 0x90 : 0x80;
      high = b == 0xf4 ? 0x8f : 0xbf; // nothing beyond U+10FFFF
    } else {
      return false;
    }
    return true;
  }

  /// Whether the text may end here. Ready for the next text afterwards.
  boolean end() {
    boolean complete = due == 0;
    due = 0;
    low = 0x80;
    high = 0xbf;
    return complete;
  }

  static boolean isValid(byte[] bytes, int from, int length) {
    Utf8 check = new Utf8();
    return check.accept(bytes, from, length) && check.end();
  }
}
