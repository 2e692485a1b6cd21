using System.Globalization;
using System.Text.RegularExpressions;
using Godwit.Identity.Figures;
using Godwit.Identity.Tests.Running;
using Godwit.TestServers;

namespace Godwit.Identity.Tests.Figures;

public sealed partial class FiguresTests(IdentityTemplate template)
{
    [Fact]
    public async Task Every_series_that_the_alerts_of_the_service_ask_for_is_there_from_the_start()
    {
        await using var host = await IdentityHost.StartAsync(template);
        await WaitAsync(host);
        var given = await host.Platform.MetricsAsync();
        var rules = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "deploy", "alerts", "godwit.rules.yml"), TestContext.Current.CancellationToken);
        var asked = Asked().Matches(rules).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains(given.Split('\n'), line => line.StartsWith("db_client_operation_duration_seconds_bucket{", StringComparison.Ordinal) && line.Contains("le=\"1\"", StringComparison.Ordinal));
        Assert.True(asked.Count >= 12, string.Join('\n', asked));
        foreach (var selector in asked)
        {
            var (name, labels) = (selector.Split('{')[0], Labels().Matches(selector).Select(m => m.Value).ToList());
            Assert.True(given.Split('\n').Any(line => (line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal)) && labels.TrueForAll(l => line.Contains(l, StringComparison.Ordinal))), selector);
        }
    }

    [Fact]
    public async Task What_happens_is_counted_once_and_by_what_became_of_it()
    {
        await using var host = await IdentityHost.StartAsync(template);
        // All hosts of this process share their counters: what counts is by how much they rise at least.
        var before = await host.Platform.MetricsAsync();
        await host.MakeAccountAsync("ada@example.org");
        await host.LoginAsync("ada@example.org", "wrong words");
        var tokens = await host.SignInAsync("ada@example.org");
        await host.SendAsync(HttpMethod.Post, "/v1/auth/refresh", bearer: tokens.Refresh);
        for (var i = 0; i < 6; i++) await host.LoginAsync("free@example.org", $"wrong words {i}");
        await host.LoginAsync("free@example.org", "wrong words");
        var after = await host.Platform.MetricsAsync();
        foreach (var (series, least) in new[]
        {
            ("godwit_identity_registrations_total", 1), ("godwit_identity_registration_requests_total", 1), ("godwit_identity_logins_total{result=\"passed\"}", 1), ("godwit_identity_logins_total{result=\"failed\"}", 7),
            ("godwit_identity_logins_total{result=\"throttled\"}", 1), ("godwit_identity_refreshes_total{result=\"renewed\"}", 1), ("godwit_identity_lockouts_total{kind=\"account\"}", 1),
        })
            Assert.True(Of(after, series) - Of(before, series) >= least, series);
    }

    [Fact]
    public async Task The_gauges_say_what_the_tables_hold()
    {
        var database = await template.CopyAsync();
        await database.ExecuteAsync("""
            INSERT INTO identity.users (email_index, encrypted_email) VALUES (decode(repeat('00', 48), 'hex'), '\x00');
            INSERT INTO identity.data_subject_requests (user_id, request_type, requested_at, due_at) SELECT id, t, now() - interval '40 days', now() - interval '10 days' FROM identity.users, unnest(ARRAY['access', 'erasure']) t;
            INSERT INTO identity.data_subject_requests (user_id, request_type, status, due_at, completed_at) SELECT id, 'access', 'completed', now() - interval '10 days', now() FROM identity.users;
            INSERT INTO identity.data_subject_requests (user_id, request_type) SELECT id, 'portability' FROM identity.users;
            INSERT INTO identity.user_sessions (user_id, family, refresh_key_id, methods, device_fingerprint, ip_address, expires_at)
                SELECT id, gen_random_uuid(), decode(repeat('00', 16), 'hex'), '{pwd}', decode(repeat('00', 32), 'hex'), '192.0.2.1', now() + interval '1 hour' FROM identity.users, generate_series(1, 3);
            INSERT INTO identity.mail_outbox (id, kind, payload, created_at, not_before) VALUES (gen_random_uuid(), 'new_device', '\x00', now() - interval '10 minutes', now() + interval '1 hour');
            """);
        var figures = await ReadAsync(database);
        Assert.Equal((2, 3, 3, 1, 0), (figures.OverdueRequests, figures.OpenRequests, figures.ActiveSessions, figures.Mails.Waiting, figures.Texts.Waiting));
        Assert.InRange(figures.Mails.Oldest.TotalSeconds, 600, 700);
    }

    [Fact]
    public async Task Beyond_ten_thousand_sessions_their_number_is_the_planners_estimate()
    {
        var database = await template.CopyAsync();
        await database.ExecuteAsync("""
            INSERT INTO identity.users (email_index, encrypted_email) VALUES (decode(repeat('00', 48), 'hex'), '\x00');
            INSERT INTO identity.user_sessions (user_id, family, refresh_key_id, methods, device_fingerprint, ip_address, expires_at, rotated_at)
                SELECT id, gen_random_uuid(), decode(repeat('00', 16), 'hex'), '{pwd}', decode(repeat('00', 32), 'hex'), '192.0.2.1', now() + interval '1 day', now() - CASE WHEN s % 5 = 0 THEN interval '2 hours' ELSE interval '1 minute' END
                FROM identity.users, generate_series(1, 20000) s;
            ANALYZE identity.user_sessions;
            """);
        Assert.InRange((await ReadAsync(database)).ActiveSessions, 15_000, 17_000);
    }

    [Fact]
    public async Task No_label_says_who_somebody_is()
    {
        await using var host = await IdentityHost.StartAsync(template);
        var user = await host.MakeAccountAsync("unmistakable.person@example.org");
        var tokens = await host.SignInAsync("unmistakable.person@example.org");
        await WaitAsync(host);
        var text = await host.Platform.MetricsAsync();
        foreach (var value in new[] { "unmistakable", "example.org", user.ToString(), tokens.Session.ToString(), "127.0.0.1" })
            Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("godwit_identity", StringComparison.Ordinal) && line.Contains(value, StringComparison.OrdinalIgnoreCase));
        Assert.InRange(text.Split('\n').Count(line => line.StartsWith("godwit_identity", StringComparison.Ordinal)), 40, 200);
    }

    /// <summary>As a host reads them: what it exposes has figures of all hosts of this process in it.</summary>
    private static async Task<DatabaseFigures> ReadAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
        return await DatabaseFigures.ReadAsync(connection, TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
    }

    private static Task WaitAsync(IdentityHost host) => Patience.UntilAsync(async () => (await host.Platform.MetricsAsync()).Contains("\ngodwit_identity_sessions_active ", StringComparison.Ordinal));

    private static double Of(string text, string series) =>
        text.Split('\n').FirstOrDefault(l => l.StartsWith(series + " ", StringComparison.Ordinal)) is { } line ? double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("\\bgodwit_(identity|security)_[a-z_]+(\\{[^}]*\\})?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asked();

    [GeneratedRegex("[a-z_]+=\"[^\"]*\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Labels();
}
