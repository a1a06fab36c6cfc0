// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.Arrays;
import java.util.List;

/// Section 5.4.
final class FragmentationCases {
  private static final byte[] NOTHING = new byte[0];

  private FragmentationCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.FRAGMENTATION);
    for (int opcode : new int[] {TEXT, BINARY}) {
      String kind = opcode == TEXT ? "text" : "binary";
      for (int chop : new int[] {1 << 20, 1}) {
        good(cases, kind, opcode, chop);
        strayContinuations(cases, kind, opcode, chop);
      }
      cutAnywhere(cases, kind, opcode);
      messageInsideAMessage(cases, kind, opcode);
    }
    for (int opcode : new int[] {8, 9, 10}) {
      cases.add(
          "a control frame of opcode " + opcode + " in fragments",
          peer -> {
            peer.send(Frames.frame(opcode, Bytes.hex("03e8")));
            peer.isFailedWith(1002);
          });
      cases.add(
          "a control frame of opcode " + opcode + " in fragments, inside a message",
          peer -> {
            peer.send(Frames.frame(TEXT, Bytes.ascii("begun")), Frames.frame(opcode, NOTHING));
            peer.isFailedWith(1002);
          });
    }
    return cases.list();
  }

  private static String how(int chop) {
    return chop == 1 ? ", octet by octet" : "";
  }

  private static void good(Cases cases, String kind, int opcode, int chop) {
    byte[] payload = Bytes.payload(opcode, 40);
    byte[] head = Arrays.copyOf(payload, 13);
    byte[] tail = Arrays.copyOfRange(payload, 13, 40);
    byte[] ping = Bytes.ascii("ping");
    cases.add(
        kind + " in two fragments" + how(chop),
        peer -> {
          peer.chop(chop, Frames.fragments(opcode, head, tail));
          peer.gets(opcode, payload);
          peer.isStillFine();
        });
    cases.add(
        kind + " with a ping between its fragments" + how(chop),
        peer -> {
          peer.chop(
              chop,
              Frames.frame(opcode, head),
              Frames.ping(ping),
              Frames.frame(FIN | CONTINUATION, tail));
          peer.getsPong(ping);
          peer.gets(opcode, payload);
          peer.isStillFine();
        });
    cases.add(
        kind + " with pings and pongs between five fragments" + how(chop),
        peer -> {
          for (int at = 0; at < 40; at += 8) {
            int first = (at == 0 ? opcode : CONTINUATION) | (at == 32 ? FIN : 0);
            peer.chop(chop, Frames.frame(first, Arrays.copyOfRange(payload, at, at + 8)));
            if (at < 32) {
              peer.chop(chop, Frames.pong(ping), Frames.ping(Bytes.binary(at)));
              peer.getsPong(Bytes.binary(at));
            }
          }
          peer.gets(opcode, payload);
          peer.isStillFine();
        });
    cases.add(
        kind + " of empty fragments" + how(chop),
        peer -> {
          peer.chop(chop, Frames.fragments(opcode, NOTHING, NOTHING, NOTHING));
          peer.gets(opcode, NOTHING);
          peer.isStillFine();
        });
    cases.add(
        kind + " between empty fragments" + how(chop),
        peer -> {
          peer.chop(chop, Frames.fragments(opcode, NOTHING, head, NOTHING, tail, NOTHING));
          peer.gets(opcode, payload);
          peer.isStillFine();
        });
    cases.add(
        kind + " in fragments twice" + how(chop),
        peer -> {
          peer.chop(
              chop,
              Frames.fragments(opcode, head, tail),
              Frames.fragments(opcode, tail, head, tail));
          peer.gets(opcode, payload);
          peer.gets(opcode, Bytes.concat(tail, head, tail));
          peer.isStillFine();
        });
  }

  private static void cutAnywhere(Cases cases, String kind, int opcode) {
    byte[] payload = Bytes.payload(opcode, 50);
    cases.add(
        kind + " in fragments of every size",
        peer -> {
          for (int size = 1; size <= payload.length; size++) {
            peer.send(Frames.fragments(opcode, payload, size));
            peer.gets(opcode, payload);
          }
          peer.isStillFine();
        });
    cases.add(
        kind + " in two fragments of any size",
        peer -> {
          for (int cut = 0; cut <= payload.length; cut++) {
            peer.send(
                Frames.fragments(
                    opcode,
                    Arrays.copyOf(payload, cut),
                    Arrays.copyOfRange(payload, cut, payload.length)));
            peer.gets(opcode, payload);
          }
          peer.isStillFine();
        });
  }

  private static void strayContinuations(Cases cases, String kind, int opcode, int chop) {
    for (int first : new int[] {FIN, 0}) {
      String end = first == FIN ? " with FIN" : " without FIN";
      cases.add(
          "a continuation" + end + ", then " + kind + how(chop),
          peer -> {
            peer.chop(
                chop,
                Frames.frame(first, Bytes.ascii("of nothing")),
                Frames.frame(FIN | opcode, NOTHING));
            peer.isFailedWith(1002);
          });
      cases.add(
          "a continuation" + end + " after finished " + kind + how(chop),
          peer -> {
            byte[] payload = Bytes.payload(opcode, 30);
            peer.chop(
                chop,
                Frames.fragments(opcode, payload, 10),
                Frames.frame(first, Bytes.ascii("of nothing")));
            peer.gets(opcode, payload);
            peer.isFailedWith(1002);
          });
    }
  }

  private static void messageInsideAMessage(Cases cases, String kind, int opcode) {
    for (int inner : new int[] {TEXT, BINARY}) {
      for (int first : new int[] {FIN | inner, inner}) {
        String what = (inner == TEXT ? "text" : "binary") + (first == inner ? " begun" : "");
        cases.add(
            what + " inside of " + kind,
            peer -> {
              peer.send(Frames.frame(opcode, Bytes.ascii("begun")));
              peer.send(Frames.frame(first, Bytes.ascii("new")));
              peer.isFailedWith(1002);
            });
      }
    }
  }
}
