using System.Globalization;
using Godwit.Cli.Move;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.People;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.People;
using Godwit.Security.Signing;
using Npgsql;

namespace Godwit.Cli.People;

/// <summary>What an administrator does: pins people in a target, retires them, looks who there is.</summary>
internal sealed class RegisterSession(RunbookKinds kinds, string file, string? to, RunConsole console)
{
    public async Task<int> AddAsync(string name, string publicKey, IReadOnlyList<string> roles, CancellationToken cancellation)
    {
        var (key, unusable) = PersonKeys.ReadPublic(publicKey);
        if (key is null) return console.Refuse([unusable!]);
        return await ChangeAsync(
            (connection, by, known) => PeopleWriting.AddAsync(connection, name, key, [.. roles.Distinct(StringComparer.Ordinal)], by, known, cancellation),
            $"Pinned: {name} as {string.Join(" and ", roles)}, key {key.Kid}.", name, cancellation);
    }

    /// <summary>Pins the first administrator.</summary>
    public async Task<int> BeginAsync(string name, string publicKey, CancellationToken cancellation)
    {
        var (key, unusable) = PersonKeys.ReadPublic(publicKey);
        if (key is null) return console.Refuse([unusable!]);
        return await ChangeAsync(
            (connection, by, known) => PeopleWriting.BeginAsync(connection, name, key, by, known, cancellation), $"Pinned: {name} as the first {PeopleWriting.Administrator}, key {key.Kid}.", name, cancellation);
    }

    public Task<int> RetireAsync(string name, string reason, CancellationToken cancellation) => ChangeAsync(
        (connection, by, known) => PeopleWriting.RetireAsync(connection, name, reason, by, known, cancellation),
        $"Retired: {name}. What no gate had accepted by now counts no more.", name, cancellation);

    /// <param name="name">Null lists everybody.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task<int> ListAsync(string? name, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, RunCommands.NoSet, to, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Open("list");
        await using var connection = await source.OpenAsync(cancellation);
        var register = (await PeopleRows.ReadAsync(connection, null, null, KnownSigners.Load(GodwitHome.Folder()), cancellation)).Register;
        var people = register.People.Where(p => name is null || Person.SameName(p.Name, name)).ToList();
        if (name is not null && people.Count == 0) return console.Refuse([Finding.Error(FindingCodes.PersonRefused, $"nobody is pinned here as {name}", null, "`godwit keys person list` shows who is.")]);
        RunbookFindings.Print(console.Console, register.Findings);
        foreach (var person in people)
        {
            var until = person.RetiredAt is { } retired ? string.Create(CultureInfo.InvariantCulture, $"until {retired.UtcDateTime:yyyy-MM-dd HH:mm}Z ({person.RetiredBecause})") : person.Problem is { } problem ? $"does not count: {problem}" : "valid";
            console.Console.Line($"{person.Name}: {string.Join(", ", person.Roles)}  key {person.Key.Kid}  since {person.AddedAt.UtcDateTime:yyyy-MM-dd HH:mm}Z, {until}");
        }
        if (people.Count == 0) console.Console.Line($"Nobody is pinned in this database.");
        var changed = register.Findings.Count > 0;
        return console.Finish(new RunDocument
        {
            Outcome = changed ? "changed" : "people", ExitCode = changed ? ExitCode.NotVerified : ExitCode.Done, People = [.. people.Select(PersonDocument.Of)], Head = register.Head.ToString(),
            Findings = [.. register.Findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }

    private async Task<int> ChangeAsync(Func<NpgsqlConnection, SigningKey, KnownSigners, Task<Finding?>> change, string done, string name, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, RunCommands.NoSet, to, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        using var key = SigningKeyFile.LoadOrCreate(GodwitHome.Folder());
        var known = KnownSigners.Load(GodwitHome.Folder());
        await using var source = target.Open("register");
        await using var connection = await source.OpenAsync(cancellation);
        await PeopleWriting.PrepareAsync(connection, cancellation);
        if (await change(connection, key, known) is { } refusal) return console.Refuse([refusal]);
        console.Console.Line($"{done}");
        console.Console.Line($"It is signed by this machine's key {key.Kid}: runners elsewhere need it in known-signers/ of their GODWIT_HOME.");
        var register = (await PeopleRows.ReadAsync(connection, null, null, known, cancellation)).Register;
        return console.Finish(new RunDocument
        {
            Outcome = "done", ExitCode = ExitCode.Done, People = [.. register.People.Where(p => Person.SameName(p.Name, name)).Select(PersonDocument.Of)], Head = register.Head.ToString(),
            Findings = [.. register.Findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }
}
