using System.Globalization;
using Godwit.Engine.Runs;
using Godwit.TestServers;

namespace Godwit.Postgres.Tests.Steps;

public sealed class CommandStepTests(PostgresServers servers)
{
    [Fact]
    public async Task A_command_sees_its_arguments_as_they_are_and_no_variable_that_is_not_listed()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Variables["TOKEN"] = "tok-a-very-secret-one";
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.Steps("""
            - id: variables
              command:
                run: [/bin/sh, -c, '/usr/bin/env | /usr/bin/sort > variables; printf "%s" "$1" > argument; echo "$0 printed $SERVICE_TOKEN"', name, '$(id); *']
                environment: {COLOUR: blue, SERVICE_TOKEN: {env: TOKEN}}
                undo: {run: [/bin/rm, variables, argument]}
            """).RunAsync());
        var run = await script.RunRowAsync();
        var variables = script.Read("variables").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("PWD=", StringComparison.Ordinal) && !l.StartsWith("SHLVL=", StringComparison.Ordinal) && !l.StartsWith("_=", StringComparison.Ordinal));
        variables = variables.Where(l => !(l.StartsWith("GODWIT_EPOCH=", StringComparison.Ordinal) && Guid.TryParse(l.AsSpan("GODWIT_EPOCH=".Length), out _)));
        Assert.Equal(
            ["COLOUR=blue", $"GODWIT_IDEMPOTENCY_KEY={run.Id:N}-variables-apply", $"GODWIT_RUN={run.Id}", "GODWIT_STEP=variables", "SERVICE_TOKEN=tok-a-very-secret-one"], variables);
        Assert.Equal("$(id); *", script.Read("argument"));
        var record = await script.RecordAsync();
        Assert.Contains("name printed ***", record, StringComparison.Ordinal);
        Assert.DoesNotContain("tok-a-very-secret-one", record, StringComparison.Ordinal);

        Assert.Equal(new RunbookOutcome.Reached(RunbookState.RolledBack), await script.RollBackAsync());
        Assert.False(File.Exists(Path.Combine(script.Folder, "variables")));
    }

    [Fact]
    public async Task Another_exit_code_pauses_the_run_and_the_next_attempt_has_the_same_key()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Steps("""
            - id: twice
              irreversible: a mail went out
              command: {run: [/bin/sh, -c, 'echo "$GODWIT_IDEMPOTENCY_KEY" >> keys; echo password=hunter2 >&2; test -e ready && exit 7; exit 3'], exit_codes: [0, 7]}
            """);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync());
        Assert.Equal("GW1771", Assert.Single(paused.Findings).Code.Id);
        Assert.Contains("exit code 3", paused.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", await script.RecordAsync(), StringComparison.Ordinal);
        script.Write("ready", "");
        Assert.Equal(new RunbookOutcome.Reached(RunbookState.Finished), await script.GoOnAsync());
        var keys = script.Read("keys").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, keys.Length);
        Assert.Single(keys.Distinct());
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_ended_with_all_it_has_started()
    {
        using var script = await KindScript.NewAsync(servers);
        var paused = Assert.IsType<RunbookOutcome.Paused>(await script.Steps("""
            - irreversible: nothing happens
              timeout: 1s
              command: {run: [/bin/sh, -c, 'trap "" TERM; /bin/sleep 300 & echo $! > child; echo begun; wait; wait']}
            """).RunAsync());
        Assert.Contains("took too long", paused.Reason, StringComparison.Ordinal);
        Assert.Contains("begun", await script.RecordAsync(), StringComparison.Ordinal);
        var child = int.Parse(script.Read("child"), CultureInfo.InvariantCulture);
        Assert.False(Directory.Exists($"/proc/{child}") && !File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_command_leaves_running_ends_with_it()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.IsType<RunbookOutcome.Reached>(await script.Steps("""
            - irreversible: nothing happens
              command: {run: [/bin/sh, -c, '/bin/sleep 300 & echo $! > child']}
            """).RunAsync());
        var child = int.Parse(script.Read("child"), CultureInfo.InvariantCulture);
        Assert.False(Directory.Exists($"/proc/{child}") && !File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_that_is_not_there_and_a_variable_that_is_not_set_are_said()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.Contains("cannot be started", Assert.IsType<RunbookOutcome.Paused>(await script.Steps("""
            - irreversible: nothing happens
              command: {run: [/no/such/program]}
            """).RunAsync()).Reason, StringComparison.Ordinal);
        using var other = await KindScript.NewAsync(servers);
        Assert.Contains("NOT_SET is not set", Assert.IsType<RunbookOutcome.Paused>(await other.Steps("""
            - irreversible: nothing happens
              command: {run: [/bin/true], environment: {X: {env: NOT_SET}}}
            """).RunAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_that_was_changed_after_the_plan_does_not_run()
    {
        using var script = await KindScript.NewAsync(servers);
        script.Write("do.sh", "#!/bin/sh\nexit 3\n").Steps("""
            - irreversible: nothing happens
              command: {run: [/bin/sh, do.sh], files: [do.sh]}
            """);
        Assert.Equal("GW1771", Assert.Single(Assert.IsType<RunbookOutcome.Paused>(await script.RunAsync()).Findings).Code.Id);
        script.Write("do.sh", "#!/bin/sh\ntouch harm\n");
        Assert.Equal("GW1774", Assert.Single(Assert.IsType<RunbookOutcome.Paused>(await script.GoOnAsync()).Findings).Code.Id);
        Assert.False(File.Exists(Path.Combine(script.Folder, "harm")));
    }

    [Fact]
    public async Task Without_undo_it_has_to_be_declared_irreversible_and_a_secret_is_not_written_down()
    {
        using var script = await KindScript.NewAsync(servers);
        Assert.Contains(script.Steps("- command: {run: [/bin/true]}").Check(), f => f.Code.Id == "GW1614");
        Assert.Contains(
            script.Steps("- {irreversible: x, command: {run: [/bin/true], environment: {API_TOKEN: abcdef}}}").Check(), f => f.Code.Id == "GW1607");
        Assert.Contains(
            script.Steps("- {irreversible: x, command: {run: [/bin/true], environment: {GODWIT_RUN: abcdef}}}").Check(), f => f.Code.Id == "GW1770");
    }
}
