using Godwit.Engine.Rollback;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.People;

/// <summary>
/// Who counts for which role: every person once, and as many places taken as can be. Somebody who has spoken in two roles is counted where nobody else is
/// (a largest matching of places and people, by augmenting paths; the numbers are small).
/// </summary>
public static class Quorum
{
    /// <param name="roles">The places.</param>
    /// <param name="given">What was said; a person may have spoken in several roles.</param>
    /// <returns>Who counts, and how many are missing of which role.</returns>
    public static (IReadOnlyList<AcceptedStatement> Counted, IReadOnlyList<RequiredApproval> Missing) Of(IReadOnlyList<RequiredApproval> roles, IReadOnlyList<AcceptedStatement> given)
    {
        var places = roles.SelectMany(r => Enumerable.Repeat(r.Role, r.Count)).ToList();
        var taken = new AcceptedStatement?[places.Count];
        foreach (var person in given.Select(g => g.Person).Distinct(StringComparer.OrdinalIgnoreCase))
            Seat(person, places, taken, given, new bool[places.Count]);
        var missing = places.Index().Where(p => taken[p.Index] is null).GroupBy(p => p.Item, StringComparer.Ordinal).Select(g => new RequiredApproval(g.Key, g.Count())).ToList();
        return ([.. taken.Index().Where(t => t.Item is not null).Select(t => t.Item! with { Role = places[t.Index] })], missing);
    }

    private static bool Seat(string person, List<string> places, AcceptedStatement?[] taken, IReadOnlyList<AcceptedStatement> given, bool[] tried)
    {
        for (var i = 0; i < places.Count; i++)
        {
            if (tried[i] || Find(person, places[i], given) is not { } said) continue;
            tried[i] = true;
            if (taken[i] is not { } other || Seat(other.Person, places, taken, given, tried))
            {
                taken[i] = said;
                return true;
            }
        }
        return false;
    }

    private static AcceptedStatement? Find(string person, string role, IReadOnlyList<AcceptedStatement> given) =>
        given.FirstOrDefault(g => Person.SameName(g.Person, person) && (role.Length == 0 || RoleName.Same(g.Role, role)));
}
