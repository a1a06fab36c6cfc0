// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jetsonrelay.server.auth.TokenStore;
import org.jetsonrelay.server.auth.TokenStore.Refused;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `relay token …`: makes, lists and revokes the tokens of a file. A running relay that has this
/// file as its `TOKEN_FILE` follows within a second.
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    versionProvider = RelayVersion.class,
    description = "Makes, lists and revokes tokens.",
    subcommands = {
      TokenCommand.Create.class,
      TokenCommand.OpenToAll.class,
      TokenCommand.ListAll.class,
      TokenCommand.Revoke.class
    })
@SuppressWarnings("FieldCanBeFinal") // picocli writes them
final class TokenCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "say what to do: create, open, list or revoke");
    }
  }

  /// Which file, for all of them.
  static final class Where {
    @Option(
        names = "--file",
        paramLabel = "FILE",
        defaultValue = "${env:TOKEN_FILE}",
        description = "The token file (TOKEN_FILE).")
    private @Nullable Path file;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    private interface Work {
      void with(TokenStore store) throws IOException, Refused;
    }

    private void perform(Work work) {
      CommandLine line = line();
      Path path = file;
      if (path == null || path.toString().isEmpty()) {
        throw new ParameterException(line, "name the token file with --file or TOKEN_FILE");
      }
      try {
        work.with(new TokenStore(path));
      } catch (Refused e) {
        throw new ParameterException(line, String.valueOf(e.getMessage()), e);
      } catch (IOException e) {
        throw new ParameterException(line, "the token file cannot be changed: " + e, e);
      }
    }

    private CommandLine line() {
      if (spec == null) {
        throw new IllegalStateException("not a command");
      }
      return spec.commandLine();
    }

    private PrintWriter out() {
      return line().getOut();
    }
  }

  /// What a token allows.
  static final class Rights {
    @Option(
        names = "--role",
        paramLabel = "ROLE,...",
        required = true,
        description = "publish, view, admin (statistics, metrics; may also view).")
    private String roles = "";

    @Option(
        names = "--camera",
        paramLabel = "PATTERN,...",
        defaultValue = "*",
        description = "Only cameras with such names: * for any characters, ? for one (all).")
    private String cameras = "*";
  }

  /// Makes a token.
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Makes a token and prints it once; the file keeps only its digest.")
  static final class Create implements Runnable {
    @Mixin private Where where = new Where();
    @Mixin private Rights rights = new Rights();

    @Parameters(paramLabel = "NAME", description = "For you: what to revoke it by.")
    private String name = "";

    @Override
    public void run() {
      where.perform(store -> {
        where.out().println(store.create(name, rights.roles, rights.cameras));
        where.out().flush();
      });
    }
  }

  /// Opens something to everybody.
  @Command(
      name = "open",
      mixinStandardHelpOptions = true,
      description = "Lets everybody do something without a token.")
  static final class OpenToAll implements Runnable {
    @Mixin private Where where = new Where();
    @Mixin private Rights rights = new Rights();

    @Parameters(paramLabel = "NAME", description = "For you: what to revoke it by.")
    private String name = "";

    @Override
    public void run() {
      where.perform(store -> store.open(name, rights.roles, rights.cameras));
    }
  }

  /// Lists the tokens.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists names and rights; nobody can show a token again.")
  static final class ListAll implements Runnable {
    @Mixin private Where where = new Where();

    @Override
    public void run() {
      where.perform(store -> {
        List<TokenStore.Row> rows = store.list();
        for (TokenStore.Row row : rows) {
          where
              .out()
              .printf(
                  "%-24s %-20s %s%s%n",
                  row.name(), row.actions(), row.cameras(), row.everybody() ? "  (everybody)" : "");
        }
        where.out().flush();
      });
    }
  }

  /// Revokes a token.
  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Makes a token worthless; who uses it is sent away.")
  static final class Revoke implements Runnable {
    @Mixin private Where where = new Where();

    @Parameters(paramLabel = "NAME", description = "As given to create.")
    private String name = "";

    @Override
    public void run() {
      where.perform(store -> store.revoke(name));
    }
  }
}
