using Godwit.Engine.PersonalData;
using Godwit.Engine.Runbooks;
using Godwit.Engine.Tests.Runbooks;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Tests.PersonalData;

public sealed class PersonalDataShapeTests : IDisposable
{
    private const string Phases = "phases: {expand: {steps: [{pause: 1s}]}}\n";

    private readonly RunbookFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_a_column_does_not_say_holds_as_it_is_said_for_all()
    {
        var plan = Plan("purpose: Letting programs in, basis: legitimate_interests, tables: {clients: {api_key: credential}, crm.people: {email: {category: contact, purpose: Mail}}}");
        var settings = PersonalDataSettings.Read(plan.PersonalData!);
        Assert.Equal(["public.clients.api_key", "crm.people.email"], settings.Columns.Select(c => c.Name));
        Assert.Equal([("Letting programs in", "legitimate interests"), ("Mail", "legitimate interests")], settings.Columns.Select(c => (c.Purpose, c.Basis)));
    }

    [Fact]
    public void It_is_part_of_the_plan_and_no_part_of_its_hash()
    {
        var with = Plan("tables: {clients: {api_key: credential}}");
        _folder.Write("runbook.yaml", RunbookFolder.Head + Phases);
        Assert.Equal(with.Hash, _folder.Plan().Plan!.Hash);
        Assert.Equal(with.PersonalData!.ToJsonString(), RunbookPlanJson.Read(RunbookPlanJson.Write(with)).PersonalData!.ToJsonString());
    }

    [Theory]
    [InlineData("tables: {a.b.c: {d: contact}}", "There can be no table \"a.b.c\"")]
    [InlineData("tables: {pg_catalog.x: {d: contact}}", "The schema pg_catalog is not for tables of yours")]
    [InlineData("tables: {godwit.runs: {d: contact}}", "The schema godwit is not for tables of yours")]
    [InlineData("tables: {x: {d: contact}, public.x: {e: contact}}", "The table public.x is declared twice")]
    [InlineData("tables: {x: {d: contact}}, ignore: [public.x.d]", "The column public.x.d is declared as personal, and as one that is not")]
    [InlineData("tables: {x: {d: contact}}, ignore: [d]", "\"d\" names no column")]
    [InlineData("tables: {x: {d: special}}", "holds data of articles 9 and 10, and nothing is said of an assessment")]
    [InlineData("tables: {x: {d: nonsense}}", "must be one of identity")]
    [InlineData("tables: {x: {d: contact}}, dpia: {needed: true}", "because")]
    public void What_does_not_fit_is_found(string declared, string message)
    {
        _folder.Write("runbook.yaml", $"{RunbookFolder.Head}personal_data: {{{declared}}}\n{Phases}");
        Assert.Contains(_folder.Read().Findings, f => f.Message.Contains(message, StringComparison.Ordinal));
    }

    private RunbookPlan Plan(string declared)
    {
        _folder.Write("runbook.yaml", $"{RunbookFolder.Head}personal_data: {{{declared}}}\n{Phases}");
        return _folder.Plan().Plan!;
    }
}
