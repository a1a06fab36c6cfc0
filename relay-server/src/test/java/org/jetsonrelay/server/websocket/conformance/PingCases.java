// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.PING;
import static org.jetsonrelay.server.websocket.RawWebSocket.PONG;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.List;
import org.jetsonrelay.server.websocket.WebSocketTransport;
import org.junit.jupiter.api.Assumptions;

/// Sections 5.5.2 and 5.5.3.
final class PingCases {
  private PingCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.PINGS_AND_PONGS);
    for (int length : new int[] {0, 1, 2, 7, 8, 64, 124, 125}) {
      byte[] payload = Bytes.binary(length);
      cases.add(
          "a ping of " + length + " bytes",
          peer -> {
            peer.send(Frames.ping(payload));
            peer.getsPong(payload);
            peer.isStillFine();
          });
      cases.add(
          "an unsolicited pong of " + length + " bytes",
          peer -> {
            peer.send(Frames.pong(payload));
            peer.isStillFine();
          });
    }
    cases.add(
        "pings of every length",
        peer -> {
          for (int length = 0; length <= 125; length++) {
            peer.send(Frames.ping(Bytes.binary(length)));
            peer.getsPong(Bytes.binary(length));
          }
          peer.isStillFine();
        });
    cases.add(
        "a ping of 125 bytes, octet by octet",
        peer -> {
          peer.chop(1, Frames.ping(Bytes.binary(125)));
          peer.getsPong(Bytes.binary(125));
          peer.isStillFine();
        });
    cases.add(
        "a ping that is text",
        peer -> {
          peer.send(Frames.ping(Bytes.ascii("Hello, world!")));
          peer.getsPong(Bytes.ascii("Hello, world!"));
          peer.isStillFine();
        });
    cases.add(
        "a ping that is not UTF-8",
        peer -> {
          peer.send(Frames.ping(Bytes.hex("00fffefdfcfb00ff")));
          peer.getsPong(Bytes.hex("00fffefdfcfb00ff"));
          peer.isStillFine();
        });
    for (int opcode : new int[] {PING, PONG}) {
      String kind = opcode == PING ? "ping" : "pong";
      cases.add(
          "a " + kind + " of 126 bytes",
          peer -> {
            peer.send(Frames.frame(FIN | opcode, Bytes.binary(126)));
            peer.isFailedWith(1002);
          });
      cases.add(
          "a " + kind + " of 65536 bytes, refused at its second byte",
          peer -> {
            peer.send(new byte[] {(byte) (FIN | opcode), (byte) 0xff});
            peer.isFailedWith(1002);
          });
      cases.add(
          "a " + kind + " of 5 bytes in the 16-bit form",
          peer -> {
            peer.send(Bytes.hex((opcode == PING ? "89" : "8a") + "fe0005000000000102030405"));
            peer.isFailedWith(1002);
          });
    }
    several(cases);
    return cases.list();
  }

  /// When each pong is written by the thread that read its ping; elsewhere only the latest ping may
  /// be answered, and a pong may overtake an echo (section 5.5.3 permits both).
  private static void assumeNoWaiting() {
    Assumptions.assumeTrue(WebSocketTransport.writesWithoutWaiting(), "needs Linux and the flags");
  }

  private static void several(Cases cases) {
    cases.add(
        "unsolicited pongs, then a ping",
        peer -> {
          peer.send(
              Frames.pong(Bytes.ascii("one")),
              Frames.pong(Bytes.ascii("two")),
              Frames.ping(Bytes.ascii("three")));
          peer.getsPong(Bytes.ascii("three"));
          peer.isStillFine();
        });
    for (int chop : new int[] {1 << 20, 1}) {
      cases.add(
          "ten pings" + (chop == 1 ? ", octet by octet" : " at once"),
          peer -> {
            assumeNoWaiting();
            byte[][] pings = new byte[10][];
            for (int i = 0; i < pings.length; i++) {
              pings[i] = Frames.ping(Bytes.ascii("payload-" + i));
            }
            peer.chop(chop, pings);
            for (int i = 0; i < pings.length; i++) {
              peer.getsPong(Bytes.ascii("payload-" + i));
            }
            peer.isStillFine();
          });
    }
    cases.add(
        "pings between messages are answered in order",
        peer -> {
          assumeNoWaiting();
          peer.send(
              Frames.ping(Bytes.ascii("1")),
              Frames.text("2"),
              Frames.ping(Bytes.ascii("3")),
              Frames.text("4"));
          peer.getsPong(Bytes.ascii("1"));
          peer.getsText("2");
          peer.getsPong(Bytes.ascii("3"));
          peer.getsText("4");
          peer.isStillFine();
        });
  }
}
