// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.nio.ByteBuffer;

/// What the relay has to know of H.264: where a decoder can begin.
public final class H264 {

  /// Coded slice of an IDR picture (ITU-T H.264, table 7-1).
  private static final int IDR_SLICE = 5;

  /// Sequence parameter set; encoders for live video send one right before each IDR picture.
  private static final int SEQUENCE_PARAMETER_SET = 7;

  private H264() {}

  /// Whether an Annex B byte stream holds a unit a decoder can begin with: an IDR slice or a
  /// sequence parameter set behind a start code. Looks at everything from position to limit, since
  /// a chunk may begin anywhere; changes neither.
  public static boolean isKeyFrame(ByteBuffer bytes) {
    int last = bytes.limit() - 1;
    int at = bytes.position();
    while (at + 2 < last) {
      // The third byte of a start code is 1 and the two before are 0. So a larger byte in that
      // place
      // rules out all three positions, which makes the usual step three bytes wide.
      int third = bytes.get(at + 2);
      if (third == 1 && bytes.get(at) == 0 && bytes.get(at + 1) == 0) {
        int header = bytes.get(at + 3);
        int type = header & 0x1f;
        // The top bit of the header is forbidden_zero_bit: where it is set, this is no unit.
        if (header >= 0 && (type == IDR_SLICE || type == SEQUENCE_PARAMETER_SET)) {
          return true;
        }
        at += 3;
      } else {
        at += third == 0 ? 1 : 3;
      }
    }
    return false;
  }
}
