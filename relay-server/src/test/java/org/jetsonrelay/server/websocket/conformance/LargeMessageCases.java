// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.List;

/// Messages as large, as finely cut and as many as a hurried peer sends; each read within the
/// socket's time limit.
final class LargeMessageCases {
  private static final int KI = 1 << 10;
  private static final int MI = 1 << 20;

  private LargeMessageCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.LARGE_MESSAGES);
    for (int opcode : new int[] {TEXT, BINARY}) {
      String kind = opcode == TEXT ? "text" : "binary";
      for (int size : new int[] {64 * KI, 256 * KI, MI, 4 * MI, 8 * MI, 16 * MI}) {
        cases.add(
            "%s of %,d KiB".formatted(kind, size / KI),
            peer -> {
              byte[] payload = Bytes.payload(opcode, size);
              peer.send(Frames.frame(FIN | opcode, payload));
              peer.gets(opcode, payload);
              peer.isStillFine();
            });
      }
      for (int size : new int[] {64, 256, KI, 4 * KI, 16 * KI, 64 * KI, 256 * KI, MI, 4 * MI}) {
        cases.add(
            "%s of 4 MiB in fragments of %,d bytes".formatted(kind, size),
            peer -> {
              byte[] payload = Bytes.payload(opcode, 4 * MI);
              peer.send(Frames.fragments(opcode, payload, size));
              peer.gets(opcode, payload);
              peer.isStillFine();
            });
      }
      cases.add(
          kind + " of 65536 bytes in fragments of 1300",
          peer -> {
            byte[] payload = Bytes.payload(opcode, 65_536);
            peer.send(Frames.fragments(opcode, payload, 1_300));
            peer.gets(opcode, payload);
            peer.isStillFine();
          });
      for (int chop : new int[] {64, 128, 256, 512, KI, 2 * KI}) {
        cases.add(
            "%s of 1 MiB in chops of %,d bytes".formatted(kind, chop),
            peer -> {
              byte[] payload = Bytes.payload(opcode, MI);
              peer.chop(chop, Frames.frame(FIN | opcode, payload));
              peer.gets(opcode, payload);
              peer.isStillFine();
            });
      }
      for (int size : new int[] {0, 16, 64, 256, KI, 4 * KI}) {
        cases.add(
            "1,000 round trips with %s of %,d bytes".formatted(kind, size),
            peer -> {
              byte[] payload = Bytes.payload(opcode, size);
              byte[] frame = Frames.frame(FIN | opcode, payload);
              for (int i = 0; i < 1_000; i++) {
                peer.send(frame);
                peer.gets(opcode, payload);
              }
              peer.isStillFine();
            });
      }
    }
    return cases.list();
  }
}
