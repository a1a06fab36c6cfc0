// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.PING;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.List;

/// Section 5.2: what is reserved fails the connection, at the frame's second byte at the latest.
final class ReservedCases {
  private ReservedCases() {}

  static List<Case> bits() {
    Cases cases = new Cases(Case.Section.RESERVED_BITS);
    for (int bits = 1; bits <= 7; bits++) {
      int reserved = bits << 4;
      for (int opcode : new int[] {1, 2, 8, 9, 10}) {
        cases.add(
            "bits " + bits + " on a frame of opcode " + opcode,
            peer -> {
              peer.send(Frames.frame(FIN | reserved | opcode, Bytes.ascii("{}")));
              peer.isFailedWith(1002);
            });
      }
      cases.add(
          "bits " + bits + " on a continuation",
          peer -> {
            peer.send(Frames.frame(TEXT, Bytes.ascii("begun")));
            peer.send(Frames.frame(FIN | reserved, Bytes.ascii("ended")));
            peer.isFailedWith(1002);
          });
      cases.add(
          "bits " + bits + " on the first of two fragments",
          peer -> {
            peer.send(Frames.frame(reserved | TEXT, Bytes.ascii("begun")));
            peer.isFailedWith(1002);
          });
      cases.add(
          "bits " + bits + " after a good message and before a ping",
          peer -> {
            peer.chop(
                1,
                Frames.text("good"),
                Frames.frame(FIN | reserved | TEXT, Bytes.ascii("bad")),
                Frames.ping(Bytes.ascii("never answered")));
            peer.getsText("good");
            peer.isFailedWith(1002);
          });
    }
    return cases.list();
  }

  static List<Case> opcodes() {
    Cases cases = new Cases(Case.Section.OPCODES);
    for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
      cases.add(
          "opcode " + opcode + " without a payload",
          peer -> {
            peer.send(Frames.frame(FIN | opcode, new byte[0]));
            peer.isFailedWith(1002);
          });
      cases.add(
          "opcode " + opcode + ", refused before its payload",
          peer -> {
            peer.send(new byte[] {(byte) (FIN | opcode), (byte) 0xfe});
            peer.isFailedWith(1002);
          });
      cases.add(
          "opcode " + opcode + " inside of a message",
          peer -> {
            peer.send(Frames.frame(TEXT, Bytes.ascii("begun")), Frames.ping(new byte[0]));
            peer.gets(PING + 1, new byte[0]);
            peer.send(Frames.frame(FIN | opcode, Bytes.ascii("what")));
            peer.isFailedWith(1002);
          });
      cases.add(
          "opcode " + opcode + " after a good message, octet by octet",
          peer -> {
            peer.chop(
                1,
                Frames.text("good"),
                Frames.frame(FIN | opcode, Bytes.ascii("bad")),
                Frames.text("never echoed"));
            peer.getsText("good");
            peer.isFailedWith(1002);
          });
      cases.add(
          "opcode " + opcode + " without FIN",
          peer -> {
            peer.send(Frames.frame(opcode, Bytes.ascii("part")));
            peer.isFailedWith(1002);
          });
    }
    return cases.list();
  }
}
