using FsCheck;
using FsCheck.Fluent;
using Godwit.Engine.People;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.People;

/// <summary>Who counts for which role.</summary>
public sealed class QuorumTests
{
    [Fact]
    public void A_person_counts_once_whatever_roles_they_spoke_in()
    {
        var (counted, missing) = Quorum.Of([new("CTO"), new("Product Owner")], [Said("Ada", "CTO"), Said("ada", "Product Owner")]);
        Assert.Single(counted);
        Assert.Single(missing);
    }

    [Fact]
    public void Somebody_with_two_roles_is_counted_where_nobody_else_is()
    {
        foreach (var given in new[] { new[] { Said("Ada", "CTO"), Said("Ada", "Reviewer"), Said("Bob", "CTO") }, [Said("Bob", "CTO"), Said("Ada", "CTO"), Said("Ada", "Reviewer")] })
        {
            var (counted, missing) = Quorum.Of([new("CTO"), new("Reviewer")], given);
            Assert.Empty(missing);
            Assert.Equal(["Bob as CTO", "Ada as Reviewer"], counted.Select(c => $"{c.Person} as {c.Role}"));
        }
    }

    [Fact]
    public void Two_signatures_of_one_person_are_one_of_two()
    {
        var (counted, missing) = Quorum.Of([new("Reviewer", 2)], [Said("Ada", "Reviewer"), Said("Ada", "Reviewer")]);
        Assert.Single(counted);
        Assert.Equal([new RequiredApproval("Reviewer")], missing);
    }

    [Fact]
    public void A_place_for_anybody_takes_anybody_once() =>
        Assert.Equal([new RequiredApproval("")], Quorum.Of([new("", 2)], [Said("Ada", ""), Said("Ada", "CTO")]).Missing);

    /// <summary>Held against trying every way of seating people.</summary>
    [Fact]
    public void As_many_places_are_taken_as_can_be() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        (from roles in Gen.Elements("a", "b", "c").Select(r => new RequiredApproval(r)).ListOf().Select(l => l.Take(4).ToList())
         from given in (from person in Gen.Elements("P", "Q", "R", "S") from role in Gen.Elements("a", "b", "c") select Said(person, role)).ListOf().Select(l => l.Take(6).ToList())
         select (roles, given)).ToArbitrary(), both =>
        {
            var (counted, missing) = Quorum.Of(both.roles, both.given);
            return counted.Count + missing.Sum(m => m.Count) == both.roles.Count
                && counted.Select(c => c.Person).Distinct().Count() == counted.Count
                && counted.All(c => both.given.Exists(g => g.Person == c.Person && g.Role == c.Role))
                && counted.Count == Most([.. both.roles.Select(r => r.Role)], both.given, []);
        }));

    private static int Most(IReadOnlyList<string> places, List<AcceptedStatement> given, HashSet<string> seated)
    {
        if (places.Count == 0) return 0;
        IReadOnlyList<string> rest = [.. places.Skip(1)];
        var most = Most(rest, given, seated);
        foreach (var person in given.Where(g => g.Role == places[0] && !seated.Contains(g.Person)).Select(g => g.Person).Distinct().ToList())
            most = Math.Max(most, 1 + Most(rest, given, [.. seated, person]));
        return most;
    }

    private static AcceptedStatement Said(string person, string role) => new($"{person}-{role}", person, role, DateTimeOffset.UnixEpoch, "kid");
}
