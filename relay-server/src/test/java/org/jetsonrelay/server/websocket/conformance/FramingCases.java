// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.List;
import org.jetsonrelay.server.websocket.RawWebSocket;

/// Section 5.2 (base framing) and 5.3 (masking): every form of a length, and every way to arrive.
final class FramingCases {
  private static final int[] LENGTHS = {0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537};

  private FramingCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.FRAMING);
    for (int opcode : new int[] {TEXT, BINARY}) {
      String kind = opcode == TEXT ? "text" : "binary";
      for (int length : LENGTHS) {
        byte[] payload = Bytes.payload(opcode, length);
        byte[] frame = Frames.frame(FIN | opcode, payload);
        echo(cases, kind + " of " + length + " bytes", opcode, payload, 1 << 20);
        if (length > 0 && length <= 128) {
          echo(cases, kind + " of " + length + " bytes, octet by octet", opcode, payload, 1);
        }
        if (length >= 65_535) {
          echo(cases, kind + " of " + length + " bytes in chops of 997", opcode, payload, 997);
        }
        if (length <= 128) {
          cases.add(
              kind + " of " + length + " bytes cut in two at every offset",
              peer -> {
                for (int cut = 1; cut < frame.length; cut++) {
                  peer.chop(cut, frame);
                  peer.gets(opcode, payload);
                }
                peer.isStillFine();
              });
        }
      }
      echo(
          cases,
          kind + " of 65536 bytes, octet by octet",
          opcode,
          Bytes.payload(opcode, 65_536),
          1);
      masks(cases, kind, opcode);
    }
    longForms(cases);
    unmasked(cases);
    return cases.list();
  }

  private static void echo(Cases cases, String name, int opcode, byte[] payload, int chop) {
    cases.add(
        name,
        peer -> {
          peer.chop(chop, Frames.frame(FIN | opcode, payload));
          peer.gets(opcode, payload);
          peer.isStillFine();
        });
  }

  private static void masks(Cases cases, String kind, int opcode) {
    byte[] payload = Bytes.payload(opcode, 1_000);
    for (String key : new String[] {"00000000", "ffffffff", "00000001", "80000000", "01020304"}) {
      cases.add(
          kind + " with the masking key " + key,
          peer -> {
            peer.send(RawWebSocket.encode(FIN | opcode, payload, Bytes.hex(key)));
            peer.gets(opcode, payload);
            peer.isStillFine();
          });
    }
  }

  /// The RFC wants the shortest form from a sender, and asks no receiver to refuse another one.
  private static void longForms(Cases cases) {
    cases.add(
        "a length of 5 in the 16-bit form",
        peer -> {
          peer.send(Bytes.hex("81fe0005 00000000 68656c6c6f"));
          peer.getsText("hello");
          peer.isStillFine();
        });
    cases.add(
        "a length of 0 in the 64-bit form",
        peer -> {
          peer.send(Frames.claim(FIN | BINARY, 0));
          peer.gets(BINARY, new byte[0]);
          peer.isStillFine();
        });
    cases.add(
        "a length of 5 in the 64-bit form, octet by octet",
        peer -> {
          peer.chop(1, Frames.claim(FIN | TEXT, 5), Bytes.ascii("hello"));
          peer.getsText("hello");
          peer.isStillFine();
        });
  }

  /// Section 5.1: the server must close; refused at the second byte already.
  private static void unmasked(Cases cases) {
    for (int opcode : new int[] {0, 1, 2, 8, 9, 10}) {
      cases.add(
          "an unmasked frame of opcode " + opcode,
          peer -> {
            peer.send(new byte[] {(byte) (FIN | opcode), 5});
            peer.isFailedWith(1002);
          });
    }
    cases.add(
        "a whole unmasked text after a good one",
        peer -> {
          peer.echoes("good");
          peer.send(RawWebSocket.encode(FIN | TEXT, Bytes.ascii("hello"), null));
          peer.isFailedWith(1002);
        });
    cases.add(
        "an unmasked continuation",
        peer -> {
          peer.send(Frames.frame(TEXT, Bytes.ascii("masked")));
          peer.send(RawWebSocket.encode(FIN, Bytes.ascii("hello"), null));
          peer.isFailedWith(1002);
        });
  }
}
