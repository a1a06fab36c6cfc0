// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Makes proper JPEGs of what USB cameras send. Many leave out the Huffman tables that every decoder
 * of "Motion JPEG" is expected to know, and pad their frames; some frames arrive cut off. A proper
 * frame costs a look at its header's segments and its last two bytes.
 */
public final class JpegRepair {

  /** What became of a frame. */
  public enum Result {
    /** It was fine and is untouched. */
    GOOD,
    /** Tables were added or padding was cut. */
    REPAIRED,
    /** It is no JPEG or not a whole one; leave it out. */
    BROKEN
  }

  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int HUFFMAN_TABLES = 0xC4;

  /**
   * The tables of ITU-T T.81, K.3.3, as one DHT segment: 16 counts by code length and then the
   * values, for DC luminance, DC chrominance, AC luminance and AC chrominance.
   */
  static final byte[] STANDARD_TABLES =
      HexFormat.of()
          .parseHex(
              "ffc401a2"
                  + "00"
                  + "00010501010101010100000000000000"
                  + "000102030405060708090a0b"
                  + "01"
                  + "00030101010101010101010000000000"
                  + "000102030405060708090a0b"
                  + "10"
                  + "0002010303020403050504040000017d"
                  + "01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
                  + "2433627282090a161718191a25262728292a3435363738393a434445464748494a"
                  + "535455565758595a636465666768696a737475767778797a838485868788898a"
                  + "92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6"
                  + "c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9"
                  + "fa"
                  + "11"
                  + "00020102040403040705040400010277"
                  + "000102031104052131061241510761711322328108144291a1b1c109233352f0"
                  + "156272d10a162434e125f11718191a262728292a35363738393a434445464748"
                  + "494a535455565758595a636465666768696a737475767778797a828384858687"
                  + "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3"
                  + "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
                  + "f9fa");

  private JpegRepair() {}

  /**
   * Looks at a picture's data and puts it right in place, growing the buffer when tables are added.
   */
  public static Result repair(Picture picture) {
    ByteBuffer data = picture.data();
    int length = data.limit();
    if (length < 4 || unsigned(data, 0) != 0xFF || unsigned(data, 1) != 0xD8) {
      return Result.BROKEN;
    }
    boolean tables = false;
    boolean baseline = false;
    int at = 2;
    while (true) {
      // Fill bytes may stand before any marker (T.81, B.1.1.2).
      while (at + 1 < length && unsigned(data, at) == 0xFF && unsigned(data, at + 1) == 0xFF) {
        at++;
      }
      if (at + 4 > length || unsigned(data, at) != 0xFF) {
        return Result.BROKEN;
      }
      int marker = unsigned(data, at + 1);
      if (marker == START_OF_SCAN) {
        break;
      }
      if (marker < 0xC0 || (marker >= 0xD0 && marker <= END_OF_IMAGE)) {
        return Result.BROKEN;
      }
      tables |= marker == HUFFMAN_TABLES;
      baseline |= marker == 0xC0 || marker == 0xC1;
      int segment = (unsigned(data, at + 2) << 8) + unsigned(data, at + 3);
      if (segment < 2) {
        return Result.BROKEN;
      }
      at += 2 + segment;
    }
    int end = end(data, at, length);
    if (end < 0) {
      return Result.BROKEN;
    }
    data.limit(end);
    // Other processes carry their own tables or, being arithmetic, need none.
    if (!tables && baseline) {
      insertTables(picture, at);
      return Result.REPAIRED;
    }
    return end == length ? Result.GOOD : Result.REPAIRED;
  }

  /** The index after the image's end marker, or -1 when it has none. */
  private static int end(ByteBuffer data, int scan, int length) {
    int tail = length;
    while (tail > scan + 2 && data.get(tail - 1) == 0) {
      tail--;
    }
    if (unsigned(data, tail - 2) == 0xFF && unsigned(data, tail - 1) == END_OF_IMAGE) {
      return tail;
    }
    // Padded with something else: look for the first marker that does not belong into a scan.
    int at = scan;
    while (at + 1 < length) {
      if (unsigned(data, at) != 0xFF) {
        at++;
        continue;
      }
      int marker = unsigned(data, at + 1);
      if (marker == END_OF_IMAGE) {
        return at + 2;
      }
      boolean inScan = marker == 0 || marker == 0xFF || (marker >= 0xD0 && marker <= 0xD7);
      if (inScan || at + 3 >= length) {
        at += marker == 0xFF ? 1 : 2;
      } else {
        // A segment between scans; SOS itself is the first of them.
        at += 2 + (unsigned(data, at + 2) << 8) + unsigned(data, at + 3);
      }
    }
    return -1;
  }

  private static void insertTables(Picture picture, int at) {
    ByteBuffer before = picture.data().duplicate();
    int length = before.limit();
    ByteBuffer after = picture.clear(length + STANDARD_TABLES.length);
    // The same memory, or a larger one: in both cases the tail goes first, as it moves up.
    after.put(at + STANDARD_TABLES.length, before, at, length - at);
    after.put(0, before, 0, at);
    after.put(at, STANDARD_TABLES);
    after.limit(length + STANDARD_TABLES.length);
  }

  private static int unsigned(ByteBuffer data, int at) {
    return data.get(at) & 0xFF;
  }
}
