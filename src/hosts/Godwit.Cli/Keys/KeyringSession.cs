using System.Globalization;
using Godwit.Cli.Move;
using Godwit.Cli.People;
using Godwit.Cli.Runbooks;
using Godwit.Cli.Runs;
using Godwit.Engine.Runbooks;
using Godwit.Model.Findings;
using Godwit.Postgres.Keyring;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Cli.Keys;

/// <summary>What an administrator does with the keyring of a target.</summary>
internal sealed class KeyringSession(RunbookKinds kinds, string file, string? to, RunConsole console)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    private static readonly string s_host = $"godwit keys on {Environment.MachineName}";

    public Task<int> CreateAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync("Made, and active", (keys, _) => keys.CreateAsync(purpose, cancellation), cancellation);

    public Task<int> AnnounceAsync(KeyPurpose purpose, CancellationToken cancellation) =>
        ChangeAsync("Announced", (keys, _) => keys.AnnounceAsync(purpose, cancellation), cancellation, $"godwit keys activate {purpose}");

    public Task<int> ActivateAsync(KeyPurpose purpose, CancellationToken cancellation) => ChangeAsync(
        "Active", async (keys, sessions) => await keys.ActivateAsync((await AnnouncedAsync(sessions, purpose, cancellation) ?? throw new KeyringException($"{purpose} has no announced key: announce one")).Id, cancellation), cancellation);

    public Task<int> RetireAsync(KeyId id, CancellationToken cancellation) => ChangeAsync("Retired", (keys, _) => keys.RetireAsync(id, cancellation), cancellation);

    public Task<int> DestroyAsync(KeyId id, CancellationToken cancellation) => ChangeAsync("Destroyed", (keys, _) => keys.DestroyAsync(id, cancellation), cancellation);

    /// <summary>Where hosts are at work, the next key is announced and they are waited for; interrupted anywhere, the next call goes on with the key that is announced.</summary>
    public Task<int> RotateAsync(KeyPurpose purpose, TimeSpan patience, CancellationToken cancellation) => ChangeAsync(
        "Active",
        async (keys, sessions) =>
        {
            var announced = await AnnouncedAsync(sessions, purpose, cancellation);
            if (announced is null && (await new PostgresKeyDependents(sessions).HostsAsync(cancellation)).Count == 0) return await keys.RotateAsync(purpose, cancellation);
            announced ??= await keys.AnnounceAsync(purpose, cancellation);
            var since = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    return await keys.ActivateAsync(announced.Id, cancellation);
                }
                catch (KeyringException e) when (e.MayRetry && TimeProvider.System.GetElapsedTime(since) < patience)
                {
                    console.Note($"{e.Message}");
                    await Task.Delay(s_poll, cancellation);
                }
            }
        },
        cancellation);

    public Task<int> RewrapAsync(CancellationToken cancellation) => WithAsync(async sessions =>
    {
        using var master = MasterKeySettings.Load(Environment.GetEnvironmentVariable);
        var done = await PostgresKeyring.Administer(sessions, master.Keys, TimeProvider.System, s_host).RewrapAsync(cancellation);
        var keyring = await new PostgresKeyStore(sessions).LoadAsync(cancellation);
        var persons = 0L;
        if (keyring.ActiveOf(KeyPurpose.Person) is not null)
        {
            var audit = new PostgresKeyAudit(sessions, s_host);
            await using var live = await LiveKeyring.LoadAsync(new PostgresKeyStore(sessions), master.Keys, audit, TimeProvider.System, cancellation);
            var keys = new Security.Keyring.Persons.PersonKeys(new PostgresPersonKeyStore(sessions), await live.OpenAsync(KeyPurpose.Person, cancellation), audit, TimeProvider.System);
            foreach (var former in keyring.Of(KeyPurpose.Person).Where(k => k.State == KeyState.DecryptOnly)) persons += await keys.RewrapAsync(former.Id, cancellation);
            await keys.ReportUseAsync(cancellation);
        }
        console.Console.Line($"Wrapped anew: {done} keys under master key {master.Current.Id}, {persons} persons' keys.");
        return console.Finish(new RunDocument { Outcome = "done", ExitCode = ExitCode.Done, MasterKey = master.Current.Id, Count = done + persons, Keyring = keyring.Version });
    }, cancellation);

    public Task<int> ListAsync(bool status, CancellationToken cancellation) => WithAsync(async sessions =>
    {
        var keyring = await new PostgresKeyStore(sessions).LoadAsync(cancellation);
        var findings = new List<Finding>();
        var changed = await LookAtSealAsync(keyring, findings, cancellation);
        var usage = new PostgresKeyUsage(sessions);
        var unwrappings = status ? await new PostgresKeyAudit(sessions, s_host).SummaryAsync(cancellation) : null;
        var documents = new List<KeyDocument>();
        foreach (var key in keyring.Keys)
        {
            var age = RotationPolicy.Default.Judge(key, status ? await usage.CountAsync(key.Id, cancellation) : 0, TimeProvider.System.GetUtcNow());
            var document = status ? KeyDocument.Of(key, age, unwrappings!.GetValueOrDefault(key.Id)) : KeyDocument.Of(key);
            documents.Add(document);
            console.Console.Line($"{Line(document)}");
            if (status && Judge(key, age) is { } finding) findings.Add(finding);
        }
        var hosts = await new PostgresKeyDependents(sessions).HostsAsync(cancellation);
        foreach (var host in hosts) console.Console.Line($"host {host.Name} has keyring {host.KeyringVersion} of {keyring.Version}");
        if (keyring.Keys.IsEmpty) console.Console.Line($"The keyring is empty.");
        RunbookFindings.Print(console.Console, findings);
        var code = changed ? ExitCode.NotVerified : findings.Exists(f => f.Severity == Severity.Error) ? ExitCode.Findings : ExitCode.Done;
        return console.Finish(new RunDocument
        {
            Outcome = changed ? "changed" : code == ExitCode.Findings ? "overdue" : "keys", ExitCode = code, Keys = documents, Keyring = keyring.Version,
            Hosts = hosts.GroupBy(h => h.Name).ToDictionary(g => g.Key, g => g.Min(h => h.KeyringVersion), StringComparer.Ordinal),
            Findings = [.. findings.Select(f => FindingDocument.From(f, showValues: false))],
        });
    }, cancellation);

    private static Finding? Judge(KeyRecord key, KeyAge age) => age.Due switch
    {
        RotationDue.Exhausted => Finding.Error(FindingCodes.KeyOverdue, $"the active {key.Purpose} key has encrypted as many values as one key may", null, Rotate(key)),
        RotationDue.Overdue => Finding.Error(FindingCodes.KeyOverdue, $"the active {key.Purpose} key was to be rotated by {Day(age.DueAt)}, or after {RotationPolicy.Default.Values} values", null, Rotate(key)),
        RotationDue.Soon => Finding.Warning(FindingCodes.KeyOverdue, $"the active {key.Purpose} key has to be rotated by {Day(age.DueAt)}", null, Rotate(key)),
        _ => null,
    };

    private static string Rotate(KeyRecord key) => $"`godwit keys rotate {key.Purpose}`";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Line(KeyDocument key)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{key.Id}  {key.Purpose} {key.Number}  {key.State}  made {key.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm}Z  master key {key.MasterKey}");
        if (key.Budget is not { } budget) return text;
        var age = key.AgeSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"  {seconds / 86_400:0.0} days old, due {key.DueAt!.Value.UtcDateTime:yyyy-MM-dd}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{text}{age}  {key.Values} of {budget} values  unwrapped {key.Unwrapped} times{(key.UnwrapsFailed > 0 ? $", {key.UnwrapsFailed} in vain" : "")}");
    }

    /// <summary>An auditor without the master key sees the keys too; that nobody changed them, only who has it can tell.</summary>
    private async Task<bool> LookAtSealAsync(KeyringSnapshot keyring, List<Finding> findings, CancellationToken cancellation)
    {
        MasterKeySettings master;
        try
        {
            master = MasterKeySettings.Load(Environment.GetEnvironmentVariable);
        }
        catch (MasterKeyException e)
        {
            findings.Add(Finding.Warning(FindingCodes.MasterKeyMissing, $"whether the keyring is as an administrator left it was not looked at: {e.Message}"));
            return false;
        }
        using (master)
        {
            try
            {
                await KeyringSeal.CheckAsync(keyring, master.Keys, cancellation);
                return false;
            }
            catch (KeyringException e)
            {
                findings.Add(Finding.Error(FindingCodes.KeyringRefused, e.Message));
                return true;
            }
        }
    }

    private static async Task<KeyRecord?> AnnouncedAsync(KeyringSessions sessions, KeyPurpose purpose, CancellationToken cancellation) =>
        (await new PostgresKeyStore(sessions).LoadAsync(cancellation)).Of(purpose).FirstOrDefault(k => k.State == KeyState.Announced);

    private Task<int> ChangeAsync(string done, Func<KeyAdministration, KeyringSessions, Task<KeyRecord>> change, CancellationToken cancellation, string? next = null) => WithAsync(async sessions =>
    {
        using var master = MasterKeySettings.Load(Environment.GetEnvironmentVariable);
        if (master.IsDevelopment) console.Note("The master key is a developer's, in GODWIT_HOME: it is for nothing that matters.");
        var key = await change(PostgresKeyring.Administer(sessions, master.Keys, TimeProvider.System, s_host), sessions);
        console.Console.Line($"{done}: {key.Purpose} key {key.Version}, {key.Id.ToString()}.");
        return console.Finish(new RunDocument
        {
            Outcome = "done", ExitCode = ExitCode.Done, Keys = [KeyDocument.Of(key)], MasterKey = master.Current.Id, Next = next, Keyring = (await new PostgresKeyStore(sessions).LoadAsync(cancellation)).Version,
        });
    }, cancellation);

    private async Task<int> WithAsync(Func<KeyringSessions, Task<int>> act, CancellationToken cancellation)
    {
        var target = await PeopleTarget.ReachAsync(kinds, file, RunCommands.NoSet, to, cancellation);
        if (target.Target is null) return console.Refuse(target.Findings);
        await using var source = target.Open("keys");
        return await act(new KeyringSessions(source));
    }
}
