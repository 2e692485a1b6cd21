using System.Net;
using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Devices;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Godwit.Identity.Risk;

/// <summary>What a login was judged by.</summary>
/// <param name="Country">Where it comes from; null where no list says.</param>
internal sealed record AssessedLogin(RiskScore Score, string? Country);

/// <summary>Scores a login by what the service knows of its account, and by files.</summary>
internal sealed partial class RiskAssessor(SettingValues settings, TimeProvider time, ILogger<RiskAssessor> logger)
{
    private readonly RiskRules _rules = new() { SecondFactorFrom = (int)settings.Whole(IdentitySettings.RiskThreshold.Name) };

    private WatchedFile<CountryList>? _countries;
    private List<NetworkListFile> _networks = [];
    private string? _told;

    /// <exception cref="ModuleRefusedException">A list cannot be read.</exception>
    public void Prepare()
    {
        try
        {
            if (settings.TextOrNull(IdentitySettings.CountryList.Name) is { } countries) _countries = new(countries, CountryList.Read, time);
            _networks = [.. settings.List(IdentitySettings.NetworkLists.Name).Select(named => new NetworkListFile(named[..named.IndexOf('=', StringComparison.Ordinal)], named[(named.IndexOf('=', StringComparison.Ordinal) + 1)..], time))];
        }
        catch (NetworkListException e)
        {
            throw new ModuleRefusedException($"a list of networks cannot be used: {e.Message}");
        }
    }

    /// <param name="connection">The connection.</param>
    /// <param name="account">Whose login.</param>
    /// <param name="device">The device that it says it is, if its token is good.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<AssessedLogin> AssessAsync(NpgsqlConnection connection, Account account, Guid? device, Client client, CancellationToken cancellation)
    {
        var country = _countries?.Current.Of(client.Address);
        var known = device is { } named && await DeviceStore.IsKnownAsync(connection, account.Id, named, cancellation);
        var devices = await Statement.AllAsync(
            connection, "SELECT last_seen_at, last_country_code FROM identity.user_devices WHERE user_id = $1 ORDER BY last_seen_at DESC LIMIT 100",
            r => new Place(r.GetFieldValue<DateTimeOffset>(0), r.IsDBNull(1) ? null : r.GetString(1)), cancellation, Statement.P(account.Id));
        var (failures, now) = await Statement.FirstAsync(
            connection,
            """
            SELECT count(e.id), now() FROM (
                SELECT id FROM identity.user_security_events
                WHERE user_id = $1 AND created_at > $2 AND event_type IN ('login_failed', 'second_factor_failed') ORDER BY created_at DESC LIMIT 100) e
            """,
            r => (r.GetInt64(0), r.GetFieldValue<DateTimeOffset>(1)), cancellation, Statement.P(account.Id), Statement.P((time.GetUtcNow() - TimeSpan.FromDays(1)).UtcDateTime, NpgsqlDbType.TimestampTz));
        var facts = new LoginFacts
        {
            // An account's first device is new to nobody.
            NewDevice = !known && devices.Count > 0,
            Last = devices.FirstOrDefault(),
            Now = new Place(now, country),
            KnownCountries = [.. devices.Select(d => d.Country).OfType<string>().Distinct(StringComparer.Ordinal)],
            RecentFailures = (int)failures,
            Networks = NetworksOf(client.Address),
        };
        return new AssessedLogin(RiskScore.Of(facts, _rules), country);
    }

    private List<string> NetworksOf(IPAddress address)
    {
        List<string> on = [.. _networks.Where(n => n.Contains(address)).Select(n => n.Name)];
        var fault = _networks.Select(n => n.Fault).Append(_countries?.Fault).FirstOrDefault(f => f is not null);
        // Once for each fault, not for each login.
        if (Interlocked.Exchange(ref _told, fault) != fault && fault is not null) Unreadable(logger, fault);
        return on;
    }

    [LoggerMessage(2320, LogLevel.Warning, "a list of networks is not what its file says now, and the one before it holds: {fault}", EventName = "NetworkListUnreadable")]
    private static partial void Unreadable(ILogger logger, string fault);
}
