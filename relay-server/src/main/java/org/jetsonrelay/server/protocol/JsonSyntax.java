// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import org.jspecify.annotations.Nullable;

/// Checks that bytes are one JSON object (RFC 8259) before the library sees them.
///
/// The library recurses once per level of nesting, so a few kilobytes of `[` overflow the stack; it
/// looks into strings and numbers only when they are asked for, and not at what follows the value.
/// An announcement is relayed to viewers as it came, so what it holds must be JSON to the last
/// byte. This scanner does not recurse. UTF-8 is not its business.
///
/// One instance per message; one thread.
final class JsonSyntax {

  /// Deepest nesting; each level is one bit of [#objects].
  static final int MAX_DEPTH = 32;

  /// Longest number: converting digits costs the square of their count.
  static final int MAX_NUMBER_CHARS = 64;

  private static final int NONE = -1;

  private final byte[] text;
  private final int end;
  private int at;
  private int depth;

  /// Bit 0 is the innermost open bracket: 1 for an object, 0 for an array.
  private long objects;

  private @Nullable String limit;

  private JsonSyntax(byte[] text, int end) {
    this.text = text;
    this.end = end;
  }

  /// What is wrong with the first `end` bytes, or null when they are exactly one object.
  static @Nullable String flaw(byte[] text, int end) {
    JsonSyntax syntax = new JsonSyntax(text, end);
    syntax.skipSpace();
    if (syntax.peek() != '{') {
      return "not an object";
    }
    if (syntax.object()) {
      return null;
    }
    return syntax.limit != null ? syntax.limit : "not JSON at byte " + syntax.at;
  }

  private boolean object() {
    do {
      if (!value() || !afterValue()) {
        return false;
      }
    } while (depth > 0);
    skipSpace();
    return at == end;
  }

  /// Opening brackets, and the first value in the innermost of them.
  private boolean value() {
    skipSpace();
    int c = peek();
    while (c == '{' || c == '[') {
      if (depth == MAX_DEPTH) {
        limit = "nested deeper than " + MAX_DEPTH;
        return false;
      }
      depth++;
      objects = objects << 1 | (c == '{' ? 1 : 0);
      at++;
      skipSpace();
      if (peek() == closing()) {
        close();
        return true;
      }
      if (inObject() && !key()) {
        return false;
      }
      skipSpace();
      c = peek();
    }
    return scalar(c);
  }

  /// Closing brackets, and all from a comma to the next value.
  private boolean afterValue() {
    while (depth > 0) {
      skipSpace();
      int c = peek();
      if (c == ',') {
        at++;
        skipSpace();
        return !inObject() || key();
      }
      if (c != closing()) {
        return false;
      }
      close();
    }
    return true;
  }

  private boolean inObject() {
    return (objects & 1) == 1;
  }

  private int closing() {
    return inObject() ? '}' : ']';
  }

  private void close() {
    at++;
    depth--;
    objects >>>= 1;
  }

  private boolean key() {
    if (peek() != '"' || !string()) {
      return false;
    }
    skipSpace();
    return take(':');
  }

  private boolean scalar(int c) {
    return switch (c) {
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    };
  }

  private boolean string() {
    at++;
    while (at < end) {
      int c = text[at++] & 0xff;
      if (c == '"') {
        return true;
      }
      if (c < ' ' || (c == '\\' && !escape())) {
        return false;
      }
    }
    return false;
  }

  private boolean escape() {
    int c = peek();
    at++;
    if (c != 'u') {
      return c != NONE && "\"\\/bfnrt".indexOf(c) >= 0;
    }
    for (int i = 0; i < 4; i++) {
      if (Character.digit(peek(), 16) < 0) {
        return false;
      }
      at++;
    }
    return true;
  }

  private boolean word(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!take(word.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean number() {
    int start = at;
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    if (take('.') && !digits()) {
      return false;
    }
    if (take('e') || take('E')) {
      if (!take('+')) {
        take('-');
      }
      if (!digits()) {
        return false;
      }
    }
    if (at - start > MAX_NUMBER_CHARS) {
      limit = "a number longer than " + MAX_NUMBER_CHARS + " characters";
      return false;
    }
    return true;
  }

  private boolean digits() {
    int start = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    return at > start;
  }

  private boolean take(int c) {
    if (peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  private void skipSpace() {
    while (at < end
        && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
      at++;
    }
  }

  private int peek() {
    return at < end ? text[at] & 0xff : NONE;
  }
}
