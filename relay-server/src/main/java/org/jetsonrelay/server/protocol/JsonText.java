// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jetsonrelay.server.timing.IsoTime;

/// Writes one JSON object as UTF-8, field by field in the order of the calls.
///
/// Deployed C++ clients look for certain quoted words anywhere in what they receive. Keys and the
/// value of `type` are constants of [ServerMessages]; every other string goes through
/// [#field(String, String)], which never writes such a word as it is: its first letter becomes a
/// hexadecimal escape, the same string to a JSON parser and another text to a search. Quotes inside
/// a string are escaped, so a quoted word can't begin there either. That makes it impossible for a
/// name, an id or an error message to command a camera.
///
/// One instance per message; one thread.
final class JsonText {

  /// What a C++ client takes for a command wherever it stands in quotes.
  static final List<String> COMMANDS =
      List.of("registration_success", "start_streaming", "stop_streaming", "ping");

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] text;
  private int length;

  /// Begins an object whose `type` is this constant.
  static JsonText ofType(String type, int expectedBytes) {
    JsonText json = new JsonText(expectedBytes);
    json.ascii("{\"type\":\"");
    json.ascii(type);
    json.put('"');
    return json;
  }

  private JsonText(int expectedBytes) {
    text = new byte[expectedBytes];
  }

  JsonText field(String key, String value) {
    key(key);
    string(value);
    return this;
  }

  JsonText field(String key, long value) {
    key(key);
    ascii(Long.toString(value));
    return this;
  }

  JsonText field(String key, boolean value) {
    key(key);
    ascii(value ? "true" : "false");
    return this;
  }

  /// A rate or the like, rounded to two decimals; not a number and out of range count as 0.
  JsonText field(String key, double value) {
    key(key);
    boolean usable = Math.abs(value) < 1e12;
    long hundredths = usable ? Math.round(value * 100) : 0;
    if (hundredths < 0) {
      put('-');
      hundredths = -hundredths;
    }
    ascii(Long.toString(hundredths / 100));
    int fraction = (int) (hundredths % 100);
    if (fraction > 0) {
      put('.');
      put('0' + fraction / 10);
      if (fraction % 10 > 0) {
        put('0' + fraction % 10);
      }
    }
    return this;
  }

  JsonText strings(String key, List<String> values) {
    key(key);
    put('[');
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        put(',');
      }
      string(values.get(i));
    }
    put(']');
    return this;
  }

  /// Milliseconds with three decimals, exact.
  JsonText micros(String key, long micros) {
    key(key);
    long left = micros;
    if (left < 0) {
      put('-');
      left = -left;
    }
    ascii(Long.toString(left / 1_000));
    put('.');
    put('0' + (int) (left / 100 % 10));
    put('0' + (int) (left / 10 % 10));
    put('0' + (int) (left % 10));
    return this;
  }

  /// A point in time, quoted.
  JsonText time(String key, long epochMillis) {
    key(key);
    put('"');
    reserve(IsoTime.LENGTH);
    length = IsoTime.write(text, length, epochMillis);
    put('"');
    return this;
  }

  /// Begins a list of objects.
  JsonText list(String key) {
    key(key);
    put('[');
    return this;
  }

  JsonText endList() {
    put(']');
    return this;
  }

  /// Begins an object in a list.
  JsonText object() {
    if (text[length - 1] == '}') {
      put(',');
    }
    put('{');
    return this;
  }

  JsonText endObject() {
    put('}');
    return this;
  }

  /// Closes the message. Nothing may be added afterwards.
  byte[] end() {
    put('}');
    return length == text.length ? text : Arrays.copyOf(text, length);
  }

  private void key(String key) {
    if (text[length - 1] != '{') {
      put(',');
    }
    put('"');
    ascii(key);
    put('"');
    put(':');
  }

  private void string(String value) {
    put('"');
    int from = 0;
    if (COMMANDS.contains(value)) {
      escape(value.charAt(0));
      from = 1;
    }
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
        put(c);
      } else {
        // Beyond ASCII escapes are rare and correct for surrogate halves too.
        escape(c);
      }
    }
    put('"');
  }

  private void escape(char c) {
    if (c == '"' || c == '\\') {
      put('\\');
      put(c);
      return;
    }
    put('\\');
    put('u');
    for (int shift = 12; shift >= 0; shift -= 4) {
      put(HEX[c >> shift & 0xf]);
    }
  }

  private void ascii(String constant) {
    reserve(constant.length());
    for (int i = 0; i < constant.length(); i++) {
      text[length++] = (byte) constant.charAt(i);
    }
  }

  private void put(int c) {
    reserve(1);
    text[length++] = (byte) c;
  }

  private void reserve(int more) {
    if (text.length - length < more) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, length + more));
    }
  }
}
