using System.CommandLine;
using Godwit.Cli.People;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Keyring;

namespace Godwit.Cli.Keys;

/// <summary><c>godwit keys column</c>: which columns hold what keys made. A key is retired only when none of them needs it.</summary>
internal static class ColumnCommand
{
    private static readonly Argument<string> Name = new("column") { Description = "TABLE.COLUMN, or SCHEMA.TABLE.COLUMN, as they stand in the catalog.", HelpName = "COLUMN" };

    private static readonly Option<KeyColumnKind> Kind = new("--kind") { Description = "What the values are: data, index or pepper.", HelpName = "KIND", Required = true };

    private static readonly Option<KeyColumnEncoding?> Encoding = new("--encoding") { Description = "How they stand there: binary, base64, hex or text; needed where neither the kind nor the column's type says it.", HelpName = "ENCODING" };

    static ColumnCommand() => Name.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && Split(result.Tokens[0].Value) is null) result.AddError($"{result.Tokens[0].Value} is not TABLE.COLUMN, nor SCHEMA.TABLE.COLUMN");
    });

    public static Command Create(RunbookKinds kinds) => new("column", "The columns that hold what keys made: a key that one of them needs is not retired.")
    {
        Act(kinds, "list", "Lists the columns that are registered.", [], async (register, _, console, token) => Show(console, "columns", await register.ListAsync(token))),
        Act(kinds, "add", "Registers a column that an application fills with encrypted values, indexes or hashes; a backfill registers its own.", [Name, Kind, Encoding], async (register, result, console, token) =>
        {
            var (schema, table, column) = Split(result.GetRequiredValue(Name))!.Value;
            return Show(console, "done", [await register.AddAsync(schema, table, column, result.GetRequiredValue(Kind), result.GetValue(Encoding), token)]);
        }),
        Act(kinds, "remove", "Takes a column out that is gone, or holds nothing that keys made.", [Name], async (register, result, console, token) =>
        {
            var (schema, table, column) = Split(result.GetRequiredValue(Name))!.Value;
            if (!await register.RemoveAsync(schema, table, column, token)) return console.Refuse([Finding.Error(FindingCodes.KeyringRefused, $"{schema}.{table}.{column} is not registered")]);
            console.Console.Line($"Taken out: {schema}.{table}.{column}.");
            return console.Finish(new RunDocument { Outcome = "done", ExitCode = ExitCode.Done });
        }),
    };

    private static int Show(RunConsole console, string outcome, IReadOnlyList<KeyColumn> columns)
    {
        List<KeyColumnDocument> documents = [.. columns.Select(KeyColumnDocument.Of)];
        foreach (var column in documents) console.Console.Line($"{column.Schema}.{column.Table}.{column.Column}  {column.Kind}  {column.Encoding}");
        if (documents.Count == 0) console.Console.Line($"No column is registered.");
        return console.Finish(new RunDocument { Outcome = outcome, ExitCode = ExitCode.Done, KeyColumns = documents });
    }

    private static (string Schema, string Table, string Column)? Split(string name) => name.Split('.') switch
    {
        [{ Length: > 0 } table, { Length: > 0 } column] => ("public", table, column),
        [{ Length: > 0 } schema, { Length: > 0 } table, { Length: > 0 } column] => (schema, table, column),
        _ => null,
    };

    private static Command Act(RunbookKinds kinds, string name, string description, IReadOnlyList<Symbol> more, Func<KeyColumnRegister, ParseResult, RunConsole, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, description) { KeyringOptions.Runbook, RunCommands.Target, RunbookOptions.Json };
        foreach (var symbol in more)
        {
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }
        command.SetAction((result, cancellation) => RunCommands.GuardAsync(
            $"keys column {name}", result.GetValue(RunbookOptions.Json), result.InvocationConfiguration,
            console => KeysCommand.RefuseAsync(console, async () =>
            {
                var target = await PeopleTarget.ReachAsync(kinds, RunbookOptions.FileOf(result.GetRequiredValue(KeyringOptions.Runbook)), RunCommands.NoSet, result.GetValue(RunCommands.Target), cancellation);
                if (target.Target is null) return console.Refuse(target.Findings);
                await using var source = target.Open("keys");
                return await act(new KeyColumnRegister(new KeyringSessions(source)), result, console, cancellation);
            }),
            cancellation, KeysCommand.Next));
        return command;
    }
}
