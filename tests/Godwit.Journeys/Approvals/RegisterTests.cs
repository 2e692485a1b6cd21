using Godwit.Journeys.Runbooks;
using Godwit.TestServers;

namespace Godwit.Journeys.Approvals;

/// <summary>Who is pinned, who was, and what becomes of a register that somebody else writes to.</summary>
public sealed class RegisterTests(PostgresServers servers)
{
    [Fact]
    public async Task Pinning_and_retiring_are_on_record_and_a_key_that_was_retired_is_never_valid_again()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        await folder.PinAsync("Ada Lovelace", "Reviewer", "CTO");
        var list = await folder.JsonAsync(0, "keys", "person", "list", "--runbook", folder.Folder.File);
        var ada = Assert.Single(list.GetProperty("people").EnumerateArray());
        Assert.Equal(["Reviewer", "CTO"], ada.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Refused(await AddAsync(folder, "Bob", "Ada Lovelace"), "two people have two keys");
        await folder.MakeAsync("other");
        Refused(await AddAsync(folder, "ada lovelace", "other"), "is pinned with another key");
        (await folder.RunAsync("keys", "person", "retire", "Ada Lovelace", "--because", "has left", "--runbook", folder.Folder.File)).MustBe(0);
        Refused(await AddAsync(folder, "Ada Lovelace", "Ada Lovelace"), "never valid again");
        Refused(await folder.RunAsync("keys", "person", "retire", "Ada Lovelace", "--because", "again", "--runbook", folder.Folder.File), "nobody is pinned here");
        (await AddAsync(folder, "Ada Lovelace", "other")).MustBe(0);
        var both = (await folder.JsonAsync(0, "keys", "person", "show", "Ada Lovelace", "--runbook", folder.Folder.File)).GetProperty("people").EnumerateArray().ToList();
        Assert.Equal(["has left", null], both.Select(p => p.TryGetProperty("retiredBecause", out var why) ? why.GetString() : null));
        Assert.True(both[0].GetProperty("retiredAt").GetDateTimeOffset() <= both[1].GetProperty("addedAt").GetDateTimeOffset());
        Assert.Contains("is whole: 3 entries", (await VerifyAsync(folder)).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_again_gives_its_person_other_roles()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        await folder.PinAsync("Ada", "Operator");
        (await AddAsync(folder, "Ada", "Ada", "Reviewer")).MustBe(0);
        Assert.Contains("Ada: Reviewer ", (await folder.RunAsync("keys", "person", "list", "--runbook", folder.Folder.File)).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retired_key_signs_nothing_that_counts_and_what_a_gate_has_accepted_stays()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {expand: [Reviewer], switch: [Reviewer]}");
        foreach (var name in new[] { "Ada", "Bob" }) await folder.PinAsync(name, "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        (await folder.ApproveAsync("Ada", "--phase", "expand")).MustBe(0);
        (await folder.ApproveAsync("Ada", "--phase", "switch")).MustBe(0);
        (await folder.RunAsync("keys", "person", "retire", "Ada", "--because", "laptop lost", "--runbook", folder.Folder.File)).MustBe(0);
        Assert.Contains("retired", (await folder.ApproveAsync("Ada", "--phase", "switch")).MustBe(1).Output, StringComparison.Ordinal);
        var paused = await folder.Folder.JsonAsync(5, "run");
        Assert.Contains("(laptop lost)", paused.GetProperty("findings").ToString(), StringComparison.Ordinal);
        (await folder.ApproveAsync("Bob", "--phase", "expand")).MustBe(0);
        Assert.Contains("gate approvals:switch", (await folder.Folder.RunAsync("resume")).MustBe(5).Output, StringComparison.Ordinal);
        (await folder.RunAsync("keys", "person", "retire", "Bob", "--because", "has left", "--runbook", folder.Folder.File)).MustBe(0);
        // The phase that Bob let begin stands; what he says from now on does not.
        Assert.Contains("Bob (Reviewer)", (await folder.Folder.RunAsync("status")).MustBe(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE godwit.people SET roles = '{Reviewer,CTO}' WHERE name = 'Ada'", "has another row in godwit.people than was signed")]
    [InlineData("UPDATE godwit.people SET name = 'Adam' WHERE name = 'Ada'", "has another row")]
    [InlineData("DELETE FROM godwit.people WHERE name = 'Ada'", "is gone from godwit.people")]
    [InlineData("UPDATE godwit.journal SET body = replace(body, '\"Reviewer\"', '\"Reviewer\",\"CTO\"') WHERE kind = 'person-added' AND body LIKE '%Ada%'", "does not hold together")]
    [InlineData("DELETE FROM godwit.journal WHERE kind = 'person-added' AND body LIKE '%Ada%'", "does not hold together")]
    public async Task A_register_that_was_written_to_by_somebody_else_lets_nobody_in_by_what_was_changed(string tampering, string why)
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {switch: [Reviewer]}");
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        (await folder.Folder.RunAsync("run")).MustBe(5);
        (await folder.ApproveAsync("Ada")).MustBe(0);
        await folder.TamperAsync(tampering);
        var paused = await folder.Folder.JsonAsync(5, "resume");
        Assert.Contains(paused.GetProperty("findings").EnumerateArray(), f => f.GetProperty("code").GetString() == "GW1837" && f.GetProperty("message").GetString()!.Contains(why, StringComparison.Ordinal));
        Assert.False(await folder.IsSwitchedAsync());
        Assert.Contains("GW1837", (await folder.RunAsync("keys", "person", "list", "--runbook", folder.Folder.File)).MustBe(3).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_whom_nobody_pinned_is_nobody()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {switch: [Reviewer]}");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        await folder.MakeAsync("Mallory");
        var key = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(folder.Public("Mallory"), TestContext.Current.CancellationToken)).RootElement;
        await folder.TamperAsync($"INSERT INTO godwit.people (kid, name, key_x, key_y, roles, added_at) VALUES ('{key.GetProperty("kid").GetString()}', 'Mallory', '{key.GetProperty("x").GetString()}', '{key.GetProperty("y").GetString()}', '{{Reviewer}}', now())");
        var refused = (await folder.ApproveAsync("Mallory")).MustBe(1).Output;
        Assert.Contains("whom nobody pinned", refused, StringComparison.Ordinal);
        Assert.Contains("GW1833", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pins_that_an_unknown_machine_signed_count_for_nothing_until_its_key_is_known()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers, "\napprovals: {switch: [Reviewer]}");
        await folder.PinAsync("Ada", "Reviewer");
        await folder.PinAsync("Eve", "Operator");
        await folder.SignPlanAsync("Eve");
        (await folder.ApproveAsync("Ada")).MustBe(0);
        var home = folder.Folder.In("home");
        folder.Folder.Environment["GODWIT_HOME"] = folder.Folder.In("elsewhere");
        Assert.Contains("is signed by a key that is not known here", (await folder.Folder.JsonAsync(1, "run")).GetProperty("findings").ToString(), StringComparison.Ordinal);
        var known = Directory.CreateDirectory(Path.Combine(folder.Folder.In("elsewhere"), "known-signers")).FullName;
        File.WriteAllText(Path.Combine(known, "desk.jwk"), PublicOf(Path.Combine(home, "signing-key.pem")));
        (await folder.Folder.RunAsync("run")).MustBe(0);
    }

    [Fact]
    public async Task A_private_key_is_for_its_owner_alone_and_is_never_overwritten_or_printed()
    {
        using var folder = await ApprovalFolder.PrepareAsync(servers);
        var made = (await folder.RunAsync("keys", "person", "new", "Ada", "--json")).MustBe(0);
        var path = Path.Combine(folder.Folder.In("home"), "people", "ada.pem");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.DoesNotContain("PRIVATE", made.Output + made.Error, StringComparison.Ordinal);
        Assert.Contains("never overwritten", (await folder.RunAsync("keys", "person", "new", "Ada")).MustBe(1).Output, StringComparison.Ordinal);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("GW1839", (await folder.ApproveAsync("Ada")).MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains("a private key stands where a public key belongs", (await AddAsync(folder, "Ada", path)).MustBe(1).Output, StringComparison.Ordinal);
    }

    private static string PublicOf(string privateKey)
    {
        using var key = Godwit.Security.Signing.PrivateKeyFile.Load(privateKey);
        return key.Public.Jwk;
    }

    private static void Refused(Running.Outcome outcome, string why)
    {
        Assert.Contains("GW1838", outcome.MustBe(1).Output, StringComparison.Ordinal);
        Assert.Contains(why, outcome.Output, StringComparison.Ordinal);
    }

    private static Task<Running.Outcome> AddAsync(ApprovalFolder folder, string name, string key, string role = "Reviewer") =>
        folder.RunAsync("keys", "person", "add", name, "--public-key", Path.IsPathRooted(key) ? key : folder.Public(key), "--role", role, "--runbook", folder.Folder.File);

    private static Task<Running.Outcome> VerifyAsync(ApprovalFolder folder) =>
        folder.RunAsync("journal", "verify", "--to", folder.Target.Url, "--run", Engine.People.PeopleRegister.Journal.ToString());
}
