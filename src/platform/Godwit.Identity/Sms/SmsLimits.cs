using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Limits;
using Godwit.Identity.Lockout;
using Godwit.Identity.Phones;
using Godwit.Identity.Requests;
using Godwit.Identity.Settings;
using Npgsql;

namespace Godwit.Identity.Sms;

/// <summary>
/// How many text messages there are: each costs money, and whoever earns by numbers of their own has accounts send to them. Counted for an account, a number, a network, and all together; what one refuses is counted nowhere, since
/// the transaction is undone.
/// </summary>
internal sealed class SmsLimits(RequestLimits limits, SettingValues settings)
{
    private static readonly RequestRate s_account = new(5, TimeSpan.FromMinutes(30));

    private static readonly RequestRate s_number = new(5, TimeSpan.FromHours(1));

    private static readonly RequestRate s_network = new(10, TimeSpan.FromMinutes(10));

    private readonly IReadOnlyList<string> _countries = settings.List(IdentitySettings.SmsCountries.Name);
    private readonly RequestRate _all = new((int)settings.Whole(IdentitySettings.SmsDaily.Name), TimeSpan.FromDays(1) / settings.Whole(IdentitySettings.SmsDaily.Name));

    /// <exception cref="ProblemException">400: the number is of a country that is not sent to.</exception>
    public void RequireCountry(PhoneNumber number)
    {
        if (_countries.Count > 0 && !_countries.Any(c => number.Digits.AsSpan(1).StartsWith(c, StringComparison.Ordinal)))
            throw new ProblemException(Problem.ValidationFailed(new FieldFault("phone", "is of a country that no text messages are sent to")));
    }

    /// <summary>In the connection's transaction.</summary>
    /// <exception cref="ProblemException">400: not to that country; 429: too many.</exception>
    public async Task RequireAsync(NpgsqlConnection connection, Guid account, PhoneNumber number, Client client, CancellationToken cancellation)
    {
        RequireCountry(number);
        await limits.RequireAsync(connection, $"{RequestKind.Sms} account", account.ToString(), s_account, cancellation);
        await limits.RequireAsync(connection, $"{RequestKind.Sms} number", number.Digits, s_number, cancellation);
        await limits.RequireAsync(connection, $"{RequestKind.Sms} network", NetworkKey.Of(client.Address), s_network, cancellation);
        // The last: everybody waits for this row.
        await limits.RequireAsync(connection, $"{RequestKind.Sms} all", "all", _all, cancellation);
    }
}
