using Godwit.Cli.Runs;

namespace Godwit.Cli.Demo.Suma;

/// <summary>What the demo shows at its end: looked up in the database, not repeated from what the run said.</summary>
internal sealed class SumaReport(RunConsole console, SumaStage stage, string runbook)
{
    /// <summary>What is the same in every demo.</summary>
    public DemoRecord Record { get; } = new(console, stage.Connection, runbook);

    /// <summary>Everybody has an account with one event that says where it came from, or a reason why not.</summary>
    public async Task<int> PeopleAsync(int registered, CancellationToken cancellation)
    {
        var counts = await SumaDatabase.CountAsync(stage.Connection, cancellation);
        var lost = counts.Legacy - counts.Migrated - counts.SetAside;
        Record.Note(("people", counts.Legacy), ("accounts", counts.Migrated), ("setAside", counts.SetAside), ("registered", counts.Registered), ("lostPeople", lost));
        console.Console.Line($"People: {counts.Legacy:N0} in the legacy system; {counts.Migrated:N0} have an account, {counts.SetAside:N0} were set aside with a reason, {lost:N0} are lost.");
        foreach (var (reason, count) in await SumaDatabase.ReasonsAsync(stage.Connection, cancellation)) console.Console.Line($"  {count:N0}: {reason}");
        console.Console.Line($"Events: {(counts.NotOnce == 0 ? "one account_migrated for each of them" : $"{counts.NotOnce:N0} accounts have NOT one account_migrated")}. Registered at the service itself: {counts.Registered:N0}.");
        return lost == 0 && counts.NotOnce == 0 && counts.Registered == registered ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <summary>Every account's address, opened.</summary>
    public async Task<int> AddressesAsync(CancellationToken cancellation)
    {
        var (accounts, readable) = await stage.Directory.ReadAllAsync(stage.Connection, cancellation);
        Record.Note(("addresses", accounts), ("addressesReadable", readable));
        console.Console.Line($"Addresses: of {accounts:N0} accounts, {readable:N0} have one that decrypts under its owner's key and is found by its index.");
        return accounts == readable ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <summary>What was acknowledged meanwhile, on either side, has an account.</summary>
    public async Task<int> WritesAsync(IReadOnlyList<string> newcomers, CancellationToken cancellation)
    {
        var missing = 0;
        foreach (var email in stage.Traffic.Book.Values.Concat(newcomers))
        {
            if (!await stage.Directory.HasAsync(stage.Connection, email, cancellation)) missing++;
        }
        Record.Note(("acknowledged", stage.Traffic.Writes + newcomers.Count), ("lost", missing));
        console.Console.Line($"Writes meanwhile: {stage.Traffic.Writes:N0} acknowledged by the legacy system, {newcomers.Count:N0} registrations by the service; {(missing == 0 ? "each of them is there" : $"{missing:N0} are NOT there")}.");
        return missing == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }

    /// <summary>Who registered on the new side is in the legacy system after the way back, with what they agreed to; nobody else has gone.</summary>
    public async Task<int> HomeAsync(IReadOnlyCollection<string> newcomers, CancellationToken cancellation)
    {
        var (home, people) = (await SumaDatabase.InLegacyAsync(stage.Connection, newcomers, cancellation), await SumaDatabase.PeopleAsync(stage.Connection, cancellation));
        Record.Note(("broughtHome", home), ("peopleAfterReturn", people));
        console.Console.Line($"Back: of {newcomers.Count:N0} who registered on the new side, {home:N0} are in the legacy system with what they agreed to, among {people:N0} people.");
        return home == newcomers.Count ? ExitCode.Done : ExitCode.NotVerified;
    }

    public int Traffic()
    {
        var traffic = stage.Traffic;
        Record.Note(("answered", traffic.ByLegacy + traffic.ByAccounts), ("byLegacy", traffic.ByLegacy), ("byAccounts", traffic.ByAccounts), ("refused", traffic.Refused), ("failed", traffic.Failed), ("slowestMilliseconds", traffic.SlowestMilliseconds));
        console.Console.Line($"Sign-ins meanwhile: {traffic.ByLegacy + traffic.ByAccounts:N0} found ({traffic.ByLegacy:N0} in the legacy system, {traffic.ByAccounts:N0} by their accounts), {traffic.Refused:N0} writes told to ask the other side; the slowest took {traffic.SlowestMilliseconds:0} ms.");
        if (traffic.Fault is { } fault) console.Console.Line($"  the first that failed: {fault}");
        console.Console.Line($"Failed requests: {traffic.Failed:N0}.");
        return traffic.Failed == 0 ? ExitCode.Done : ExitCode.NotVerified;
    }
}
