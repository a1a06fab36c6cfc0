// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.time.Duration;
import java.util.List;
import org.jetsonrelay.server.websocket.WebSocketSettings;

/// Section 10.4, and the edges of the 64-bit length: what is too much is refused at the header.
final class LimitCases {
  static final int TEXT_BYTES = 1_000;
  static final int BINARY_BYTES = 5_000;
  static final int FRAGMENTS = 4;
  static final WebSocketSettings SMALL =
      new WebSocketSettings(
          10, TEXT_BYTES, BINARY_BYTES, FRAGMENTS, Duration.ofSeconds(2), Duration.ofSeconds(5));

  private static final long MAX = 64 << 20;

  private LimitCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.LIMITS);
    for (int opcode : new int[] {TEXT, BINARY}) {
      String kind = opcode == TEXT ? "text" : "binary";
      lengths(cases, kind, opcode);
      smallLimits(cases, kind, opcode, opcode == TEXT ? TEXT_BYTES : BINARY_BYTES);
    }
    return cases.list();
  }

  private static void lengths(Cases cases, String kind, int opcode) {
    for (long length :
        new long[] {-1, Long.MIN_VALUE, Long.MIN_VALUE + 5, -MAX, 0xffff_ffff_0000_0005L}) {
      cases.add(
          kind + " of a length with its highest bit set: " + Long.toHexString(length),
          peer -> {
            peer.send(Frames.claimWithoutKey(FIN | opcode, length));
            peer.isFailedWith(1002);
          });
    }
    for (long length :
        new long[] {
          MAX + 1, 1L << 31, (1L << 31) - 1, 1L << 32, (1L << 32) + 5, 1L << 62, Long.MAX_VALUE
        }) {
      cases.add(
          kind + " of " + length + " bytes",
          peer -> {
            peer.send(Frames.claimWithoutKey(FIN | opcode, length));
            peer.isFailedWith(1009);
          });
      cases.add(
          kind + " of " + length + " bytes after its first fragment",
          peer -> {
            peer.send(Frames.frame(opcode, Bytes.ascii("abc")));
            peer.chop(1, Frames.claimWithoutKey(FIN, length));
            peer.isFailedWith(1009);
          });
    }
    cases.add(
        kind + " that is one byte too long in its second fragment",
        peer -> {
          peer.send(Frames.frame(opcode, Bytes.ascii("abc")));
          peer.send(Frames.claimWithoutKey(FIN, MAX - 2));
          peer.isFailedWith(1009);
        });
  }

  private static void smallLimits(Cases cases, String kind, int opcode, int limit) {
    byte[] most = Bytes.payload(opcode, limit);
    cases.addWithSmallLimits(
        kind + " of exactly the limit",
        peer -> {
          peer.send(Frames.frame(FIN | opcode, most));
          peer.gets(opcode, most);
          peer.send(Frames.fragments(opcode, most, (limit + FRAGMENTS - 1) / FRAGMENTS));
          peer.gets(opcode, most);
          peer.isStillFine();
        });
    cases.addWithSmallLimits(
        kind + " of one byte more than the limit",
        peer -> {
          peer.send(Frames.claimWithoutKey(FIN | opcode, limit + 1));
          peer.isFailedWith(1009);
        });
    cases.addWithSmallLimits(
        kind + " of one byte more than the limit, in two fragments",
        peer -> {
          peer.send(Frames.frame(opcode, most), Frames.ping(Bytes.ascii("taken")));
          peer.getsPong(Bytes.ascii("taken"));
          peer.send(Bytes.hex("8081"));
          peer.isFailedWith(1009);
        });
    cases.addWithSmallLimits(
        kind + " in as many fragments as may be",
        peer -> {
          byte[] none = new byte[0];
          for (int round = 0; round < 3; round++) {
            peer.send(Frames.fragments(opcode, none, none, none, none));
            peer.gets(opcode, none);
          }
          peer.isStillFine();
        });
    cases.addWithSmallLimits(
        kind + " in one fragment too many",
        peer -> {
          byte[] none = new byte[0];
          peer.send(
              Frames.frame(opcode, none),
              Frames.frame(CONTINUATION, none),
              Frames.frame(CONTINUATION, none),
              Frames.frame(CONTINUATION, none),
              Frames.ping(Bytes.ascii("four")));
          peer.getsPong(Bytes.ascii("four"));
          peer.send(Bytes.hex("8080"));
          peer.isFailedWith(1009);
        });
  }
}
