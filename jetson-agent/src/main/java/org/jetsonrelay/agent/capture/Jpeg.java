// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.nio.ByteBuffer;

/** What must be known of a JPEG without decoding it. */
public final class Jpeg {

  /** The largest JPEG that is sent: what a relay accepts from a camera by default. */
  public static final int MOST_BYTES = 16 * 1024 * 1024;

  private Jpeg() {}

  /**
   * Whether it begins as a JPEG does, with the markers SOI and the first byte of another one (ITU-T
   * T.81, B.1.1).
   */
  public static boolean begins(ByteBuffer data) {
    int at = data.position();
    return data.remaining() >= 4
        && (data.get(at) & 0xFF) == 0xFF
        && (data.get(at + 1) & 0xFF) == 0xD8
        && (data.get(at + 2) & 0xFF) == 0xFF;
  }
}
