// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.ffmpeg;

import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.global.avutil;
import org.jetsonrelay.agent.capture.SourceException;

/** FFmpeg's return codes in words. */
final class Errors {

  private Errors() {}

  static String text(int code) {
    byte[] words = new byte[avutil.AV_ERROR_MAX_STRING_SIZE];
    if (avutil.av_strerror(code, words, words.length) < 0) {
      return "error " + code;
    }
    int end = 0;
    while (end < words.length && words[end] != 0) {
      end++;
    }
    return new String(words, 0, end, StandardCharsets.UTF_8);
  }

  static void check(int code, String what) throws SourceException {
    if (code < 0) {
      throw new SourceException(what + ": " + text(code));
    }
  }
}
