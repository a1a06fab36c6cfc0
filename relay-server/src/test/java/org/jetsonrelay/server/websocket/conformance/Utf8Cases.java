// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.util.Arrays;
import java.util.List;

/// Section 8.1 with RFC 3629: valid text arrives however it is cut, invalid text fails the
/// connection at the first byte that cannot be right any more.
final class Utf8Cases {
  /// Names and bytes of valid text.
  private static final List<String> VALID =
      List.of(
          "NUL: 00",
          "DEL: 7f",
          "greeting: 48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121",
          "greek: cebae1bdb9cf83cebcceb5",
          "U+0080: c280",
          "U+07FF: dfbf",
          "U+0800: e0a080",
          "U+0FFF: e0bfbf",
          "U+1000: e18080",
          "U+CFFF: ecbfbf",
          "U+D000: ed8080",
          "U+D7FF, before the surrogates: ed9fbf",
          "U+E000, after the surrogates: ee8080",
          "U+FEFF, a byte order mark: efbbbf",
          "U+FFFD, the replacement character: efbfbd",
          "U+10000: f0908080",
          "U+3FFFF: f0bfbfbf",
          "U+40000: f1808080",
          "U+FFFFF: f3bfbfbf",
          "U+100000: f4808080",
          "U+10FFFF, the last: f48fbfbf",
          "all lengths in a row: 61c3a9e282acf09f98806f",
          "combining marks: 65cc8161cc8a");

  /// Names and bytes of text that is valid up to the bar and beyond repair right after the byte
  /// that follows it.
  private static final List<String> INVALID =
      List.of(
          "first continuation byte alone: |80",
          "last continuation byte alone: |bf",
          "continuation byte after ASCII: 616263|80",
          "continuation byte too many after two: c2a9|80",
          "continuation byte too many after three: e282ac|80",
          "continuation byte too many after four: f09f9880|80",
          "overlong NUL in two: |c0",
          "overlong slash in two: 61|c0",
          "overlong DEL in two: |c1",
          "overlong NUL in three: e0|80",
          "overlong U+07FF in three: e0|9f",
          "overlong NUL in four: f0|80",
          "overlong U+FFFF in four: f0|8f",
          "overlong in five: |f8",
          "overlong in six: |fc",
          "first surrogate D800: ed|a0",
          "last high surrogate DBFF: ed|af",
          "first low surrogate DC00: ed|b0",
          "last surrogate DFFF: ed|bf",
          "greek, then a surrogate: cebae1bdb9cf83cebcceb5ed|a0",
          "U+110000, beyond the last: f4|90",
          "U+13FFFF: f4|bf",
          "F5, a lead byte of nothing: |f5",
          "F7: |f7",
          "F9: |f9",
          "FD: |fd",
          "FE: |fe",
          "FF: |ff",
          "FF after a greeting: 48656c6c6f2dc2b540|ff",
          "two-byte lead and ASCII: c3|28",
          "two-byte lead and a lead: c3|c3",
          "two-byte lead and FF: df|ff",
          "three-byte lead and ASCII: e2|28",
          "three-byte lead, one more and ASCII: e282|28",
          "three-byte lead and a lead: ef|ef",
          "three-byte lead, one more and a lead: efbf|c2",
          "four-byte lead and ASCII: f0|28",
          "four-byte lead, one more and ASCII: f090|28",
          "four-byte lead, two more and ASCII: f09080|28",
          "four-byte lead, two more and a lead: f48fbf|f4",
          "Latin-1 umlaut before ASCII: e4|62");

  /// Text that ends too early.
  private static final List<String> INCOMPLETE =
      List.of(
          "c2",
          "df",
          "e0",
          "e0a0",
          "ef",
          "efbf",
          "ed9f",
          "f0",
          "f090",
          "f09080",
          "f4",
          "f48f",
          "f48fbf",
          "cebae1bdb9cf83cebcce",
          "6162e282");

  private Utf8Cases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.UTF8);
    VALID.forEach(line -> valid(cases, name(line), Bytes.hex(bytes(line))));
    for (int plane = 0; plane <= 16; plane++) {
      for (int last : new int[] {0xfffe, 0xffff}) {
        int point = plane << 16 | last;
        valid(cases, "noncharacter U+%04X".formatted(point), Bytes.utf8(Character.toString(point)));
      }
    }
    INVALID.forEach(line -> invalid(cases, name(line), bytes(line)));
    INCOMPLETE.forEach(digits -> incomplete(cases, Bytes.hex(digits), digits));
    cases.add(
        "binary takes what text may not hold",
        peer -> {
          peer.send(Frames.frame(FIN | 2, Bytes.hex("80c0ffeda080f8")));
          peer.gets(2, Bytes.hex("80c0ffeda080f8"));
          peer.isStillFine();
        });
    cases.add(
        "a text begins anew after a message",
        peer -> {
          peer.send(Frames.frame(FIN | TEXT, Bytes.hex("e282ac")));
          peer.gets(TEXT, Bytes.hex("e282ac"));
          peer.send(Frames.frame(FIN | TEXT, Bytes.hex("82ac")));
          peer.isFailedWith(1007);
        });
    return cases.list();
  }

  private static String name(String line) {
    return line.substring(0, line.lastIndexOf(": "));
  }

  private static String bytes(String line) {
    return line.substring(line.lastIndexOf(": ") + 2);
  }

  private static void valid(Cases cases, String name, byte[] text) {
    cases.add(
        name + ", valid however it is cut",
        peer -> {
          byte[] whole = Frames.frame(FIN | TEXT, text);
          peer.send(whole);
          peer.gets(TEXT, text);
          peer.chop(1, whole);
          peer.gets(TEXT, text);
          for (int cut = 0; cut <= text.length; cut++) {
            peer.send(
                Frames.fragments(
                    TEXT, Arrays.copyOf(text, cut), Arrays.copyOfRange(text, cut, text.length)));
            peer.gets(TEXT, text);
          }
          peer.send(Frames.fragments(TEXT, text, 1));
          peer.gets(TEXT, text);
          peer.chop(1, Frames.fragments(TEXT, text, 1));
          peer.gets(TEXT, text);
          peer.isStillFine();
        });
  }

  private static void invalid(Cases cases, String name, String bytes) {
    byte[] good = Bytes.hex(bytes.substring(0, bytes.indexOf('|')));
    byte[] bad = Bytes.hex(bytes.substring(bytes.indexOf('|') + 1));
    cases.add(
        name + ", at once, with a thousand bytes still due",
        peer -> {
          peer.send(Frames.claim(FIN | TEXT, good.length + bad.length + 1_000), good, bad);
          peer.isFailedWith(1007);
        });
    // The pong shows that nothing was wrong up to the bar.
    cases.add(
        name + ", in the next fragment, octet by octet",
        peer -> {
          peer.chop(1, Frames.frame(TEXT, good), Frames.ping(good));
          peer.getsPong(good);
          peer.chop(1, Frames.claim(CONTINUATION, bad.length + 1_000), bad);
          peer.isFailedWith(1007);
        });
  }

  private static void incomplete(Cases cases, byte[] text, String digits) {
    cases.add(
        "ends inside of a character: " + digits,
        peer -> {
          peer.send(Frames.frame(FIN | TEXT, text));
          peer.isFailedWith(1007);
        });
    cases.add(
        "ends inside of a character, in an empty last fragment: " + digits,
        peer -> {
          peer.send(Frames.frame(TEXT, text), Frames.ping(text));
          peer.getsPong(text);
          peer.chop(1, Frames.frame(FIN | CONTINUATION, new byte[0]));
          peer.isFailedWith(1007);
        });
  }
}
