// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jetsonrelay.agent.settings.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The subcommands on this machine, and the page that documents the whole command. */
@Timeout(180)
class ToolsTest {

  private static final Path PAGE = Path.of("..", "docs", "agent.md");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) throws InterruptedException {
    return Main.run(arguments, Map.of(), new PrintWriter(out, true), new PrintWriter(err, true));
  }

  @Test
  void doctorTakesThirtyFrames() throws InterruptedException {
    assertThat(run("doctor", "--smoke")).isZero();
    assertThat(out.toString())
        .contains("architecture  " + System.getProperty("os.arch"))
        .containsPattern("smoke test    .*: 30 frames at [0-9.]+ fps");
  }

  @Test
  void doctorPrintsNothingButJsonWhenAsked() throws InterruptedException, IOException {
    assertThat(run("doctor", "--json", "--smoke", "--encoder=javacv")).isZero();
    List<String> fields = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(out.toString())) {
      while (parser.nextToken() != null) {
        if (parser.currentName() != null) {
          fields.add(parser.currentName() + "=" + parser.getText());
        }
      }
    }
    assertThat(fields).contains("frames=30", "failure=null", "architecture=" + os());
  }

  private static String os() {
    return System.getProperty("os.arch");
  }

  @Test
  void doctorFailsWhereTheSourceFails() throws InterruptedException {
    assertThat(run("doctor", "--smoke", "--source=folder:/no/such"))
        .isEqualTo(ExitCode.SOURCE.code());
    assertThat(out.toString()).contains("failed: '/no/such' is not a folder");
  }

  @Test
  void benchMeasuresWhatIsHere() throws InterruptedException {
    assertThat(run("bench", "--frames=5", "--size=320x240")).isZero();
    assertThat(out.toString()).containsPattern("(?m)^javacv +[0-9.]+ +\\d+ +\\d+ +\\d+ +\\d+$");
  }

  @Test
  void toolsRefuseWhatTheyDoNotKnow() throws InterruptedException {
    assertThat(run("bench", "--frames=1")).isEqualTo(2);
    assertThat(run("bench", "--frames=100001")).isEqualTo(2);
    assertThat(run("bench", "--size=1x1")).isEqualTo(2);
    assertThat(run("doctor", "--source=nothing")).isEqualTo(2);
    assertThat(run("doctor", "--speed")).isEqualTo(2);
    assertThat(run("list-relays", "--relay=ws://here")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--frames is '1', but it must be from 2")
        .contains("--size is '1x1', but")
        .contains("--source is 'nothing', but")
        .contains("--relay is 'ws://here', but it must be auto or auto:NAME")
        .contains("'--speed' is not an option");
  }

  @Test
  void listsCamerasAndSaysWhenThereIsNone() throws InterruptedException, IOException {
    int code = run("list-cameras", "--json");
    boolean none = out.toString().replaceAll("\\s", "").equals("[]");
    assertThat(code).isEqualTo(none ? ExitCode.SOURCE.code() : 0);
    assertThat(err.toString().contains("no camera")).isEqualTo(none);
    assertThat(out.toString()).doesNotContain("\"test\"");
  }

  @Test
  void theAgentsPageNamesEveryOptionVariableAndKey() throws IOException {
    String page = Files.readString(PAGE);
    CommandLine command = new CommandLine(new Options());
    List<CommandLine> tools =
        Stream.of(
                new DoctorCommand(),
                new BenchCommand(),
                new ListCamerasCommand(),
                new ListRelaysCommand())
            .map(CommandLine::new)
            .toList();
    List<OptionSpec> options = new ArrayList<>(command.getCommandSpec().options());
    tools.forEach(tool -> options.addAll(tool.getCommandSpec().options()));
    for (OptionSpec option : options) {
      assertThat(page).containsPattern("`([a-z-]+ )?" + option.longestName() + "`");
    }
    for (CommandLine tool : tools) {
      assertThat(page).contains("| `" + tool.getCommandName() + "` |");
    }
    // Every variable is named in its option's own description, in parentheses.
    TreeSet<String> variables = new TreeSet<>();
    Pattern variable = Pattern.compile("\\(([A-Z][A-Z_]+)[;,)]");
    for (OptionSpec option : command.getCommandSpec().options()) {
      Matcher matcher = variable.matcher(String.join(" ", option.description()));
      while (matcher.find()) {
        variables.add(matcher.group(1));
      }
    }
    assertThat(variables).hasSizeGreaterThan(14);
    variables.forEach(name -> assertThat(page).contains("| `" + name + "` |"));
  }

  @Test
  void theAgentsPageNamesEveryExitCode() throws IOException {
    String page = Files.readString(PAGE).replace("`", "");
    for (ExitCode code : ExitCode.values()) {
      assertThat(page).contains("| " + code.code() + " | " + code.meaning() + " |");
    }
  }
}
