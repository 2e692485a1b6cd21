using System.Globalization;

namespace Godwit.Engine.People;

/// <summary>A statement that was held against everything it has to fit, and fits.</summary>
/// <param name="Hash">Of the statement.</param>
/// <param name="Role">The role for which it counts; empty where anybody counts.</param>
public sealed record AcceptedStatement(string Hash, string Person, string Role, DateTimeOffset At, string Kid)
{
    /// <summary>What a gate keeps of it, and by that the journal.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Person}{(Role.Length == 0 ? "" : $" as {Role}")}, signed {At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z with key {Kid}");
}
