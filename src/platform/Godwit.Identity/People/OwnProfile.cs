using Godwit.Http.Problems;
using Godwit.Identity.Accounts;
using Godwit.Identity.Database;
using Godwit.Identity.Requests;

namespace Godwit.Identity.People;

/// <summary>What a person's account says of them.</summary>
internal sealed class OwnProfile(IdentityDatabase database, PersonalValues values)
{
    public Task<Profile> ReadAsync(Caller caller, CancellationToken cancellation) => database.WithAsync(
        async connection => await values.OpenAsync(connection, caller.User, cancellation) ?? throw new ProblemException(Problem.Of(404)), cancellation);
}
