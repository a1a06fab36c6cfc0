// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// The text of a token file: one token a line, `name actions cameras digest`, blank lines and
/// comments from `#` to the end of the line between them.
///
/// The digest is a plain SHA-256. That is enough because the relay makes the tokens: nobody guesses
/// 256 random bits, however fast each guess is, and two tokens never share a digest that a salt
/// would have to tell apart. In its place `everybody` gives the line's rights to who shows nothing.
final class TokenFile {

  static final int MAX_BYTES = 1 << 20;
  static final int MAX_TOKENS = 10_000;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final String EVERYBODY = "everybody";

  /// A file that cannot be used.
  static final class Unusable extends Exception {

    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }
  }

  private TokenFile() {}

  /// Reads the whole file.
  ///
  /// @throws Unusable naming file and line; never repeats a digest
  static List<Grant> read(Path file) throws IOException, Unusable {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    if (bytes.length > MAX_BYTES) {
      throw new Unusable(file + " has more than " + MAX_BYTES + " bytes");
    }
    try {
      return parse(text(bytes), file.toString());
    } catch (CharacterCodingException e) {
      Unusable unusable = new Unusable(file + " is not UTF-8");
      unusable.initCause(e);
      throw unusable;
    }
  }

  private static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .decode(ByteBuffer.wrap(bytes))
        .toString();
  }

  static List<Grant> parse(String text, String from) throws Unusable {
    List<Grant> grants = new ArrayList<>();
    Set<String> names = new HashSet<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String content = line.replaceFirst("#.*", "").strip();
      if (content.isEmpty()) {
        continue;
      }
      String at = from + ", line " + number + ": ";
      Grant grant;
      try {
        grant = grant(BLANKS.split(content, -1));
      } catch (IllegalArgumentException e) {
        Unusable unusable = new Unusable(at + e.getMessage());
        unusable.initCause(e);
        throw unusable;
      }
      if (!names.add(grant.name())) {
        throw new Unusable(at + "there is another token named " + grant.name());
      }
      if (grants.size() == MAX_TOKENS) {
        throw new Unusable(at + "there are more than " + MAX_TOKENS + " tokens");
      }
      grants.add(grant);
    }
    return grants;
  }

  private static Grant grant(String[] fields) {
    if (fields.length != 4) {
      throw new IllegalArgumentException(
          "a token is four words: its name, what it may do, its cameras, its digest");
    }
    return new Grant(
        name(fields[0]), token(fields[3]), actions(fields[1]), CameraPatterns.parse(fields[2]));
  }

  static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a token's name has 1 to 64 letters, digits, dots, dashes and underscores");
    }
    return text;
  }

  static Set<Action> actions(String text) {
    Set<Action> actions = EnumSet.noneOf(Action.class);
    for (String word : text.split(",", -1)) {
      actions.add(
          switch (word) {
            case "publish" -> Action.PUBLISH;
            case "view" -> Action.VIEW;
            case "admin" -> Action.ADMIN;
            default ->
                throw new IllegalArgumentException(
                    "what a token may do is publish, view, admin, or several with commas between");
          });
    }
    return actions;
  }

  private static Credential token(String text) {
    if (text.equals(EVERYBODY)) {
      return Credential.none();
    }
    if (!DIGEST.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a token's digest is sha256: and 64 hexadecimal digits, or the word " + EVERYBODY);
    }
    return Credential.ofSha256(HexFormat.of().parseHex(text, "sha256:".length(), text.length()));
  }

  /// One line, without its end.
  static String line(Grant grant) {
    return String.join(
        " ",
        grant.name(),
        words(grant.actions()),
        grant.cameras().toString(),
        grant.token().absent() ? EVERYBODY : "sha256:" + grant.token().hex());
  }

  /// The name of the token on this line; empty when it has none.
  static String nameOn(String line) {
    String content = line.replaceFirst("#.*", "").strip();
    return BLANKS.split(content, 2)[0];
  }

  static String words(Set<Action> actions) {
    return String.join(
        ",",
        EnumSet.copyOf(actions).stream()
            .map(action -> action.name().toLowerCase(Locale.ROOT))
            .toList());
  }
}
