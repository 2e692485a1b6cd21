using System.Text.Json.Nodes;
using Godwit.Engine.Runs;

namespace Godwit.Engine.Tests.Reports;

/// <summary>Which steps are found to touch personal data, and what is said of columns of which nothing is said.</summary>
public sealed class PersonalPartTests
{
    private const string Backfill = """
        {"from":"clients","into":"api_keys","columns":{"client_id":{"copy":{"from":"id"}},"api_key_hash":{"hash":{"from":"api_key","key":"API_KEY_PEPPER","output":"hex"}},"mail":{"copy":{"from":"email"}}}}
        """;

    private const string Clear = """{"from":"clients","set":{"api_key":{"sql":{"expression":"NULL::text","volatile":false}}}}""";

    [Fact]
    public void A_keyed_hash_is_told_from_a_copy_and_both_from_what_is_cleared()
    {
        var text = Run().Text();
        Assert.Contains("| public.clients.api_key | hash-keys | reads it | public.api_keys.api_key_hash | HMAC-SHA256 under the secret API_KEY_PEPPER: not turned back without it | 1,234 | Verified |", text, StringComparison.Ordinal);
        Assert.Contains("| public.clients.email | hash-keys | reads it | public.api_keys.mail | none: as it is | 1,234 | Verified |", text, StringComparison.Ordinal);
        Assert.Contains("| public.clients.api_key | clear | fills it |  | cleared: NULL | 1,234 | Verified |", text, StringComparison.Ordinal);
        Assert.Contains("| public.clients.email | look | names it in its text |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("client_id | hash-keys", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_taken_back_protects_nothing()
    {
        var run = Run();
        run.States["hash-keys"] = StepState.Undone;
        run.States["clear"] = StepState.Undone;
        Assert.Contains("no declared column was hashed under a secret, or masked", run.Control("GDPR", "Art. 32(1)(a)")[2]);
        Assert.Contains(Run().Control("GDPR", "Art. 32(1)(a)")[1], t => t.Contains("public.api_keys.api_key_hash from public.clients.api_key: HMAC-SHA256 under the secret API_KEY_PEPPER", StringComparison.Ordinal) && t.EndsWith("not made unreadable by this run: public.clients.email", StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_that_look_personal_and_are_not_declared_are_named_and_those_that_are_ignored_are_not()
    {
        var text = Run().Text();
        Assert.Contains("| public.people.street | its name holds \"street\" |", text, StringComparison.Ordinal);
        Assert.Contains("| public.people.birth_date |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("| public.clients.name |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("| public.people.id |", text, StringComparison.Ordinal);
        Assert.Contains("public.gone.email is declared, and was there neither before the run nor after it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_runbook_that_declares_nothing_is_told_so_and_guessed_at()
    {
        var run = Run();
        run.PersonalData = null;
        var text = run.Text();
        Assert.Contains("The runbook does not say which columns hold personal data", text, StringComparison.Ordinal);
        Assert.Contains("| public.clients.email |", text, StringComparison.Ordinal);
        Assert.Contains("the runbook declares no personal data", run.Control("GDPR", "Art. 30")[2]);
    }

    [Fact]
    public void Facts_of_processing_are_given_and_what_nobody_said_is_said_to_be_missing()
    {
        var text = Run().Text();
        Assert.Contains("| public.clients.api_key | Letting programs in | contract | customers | not said | after 30 days | not said |", text, StringComparison.Ordinal);
        Assert.Contains("| public.clients.email | Telling of changes | consent | customers | a mail provider | after 30 days | not said |", text, StringComparison.Ordinal);
        Assert.Contains("| needed | no: no new purpose |", text, StringComparison.Ordinal);
    }

    private static ReportedRun Run()
    {
        var run = new ReportedRun
        {
            PersonalData = JsonNode.Parse("""
                {"purpose":"Letting programs in","basis":"contract","subjects":["customers"],"retention":"after 30 days","dpia":{"needed":false,"because":"no new purpose"},"ignore":["public.clients.name"],
                 "tables":{"clients":{"api_key":{"category":"credential"},"email":{"category":"contact","purpose":"Telling of changes","basis":"consent","recipients":["a mail provider"]}},"gone":{"email":{"category":"contact"}}}}
                """)!.AsObject(),
        };
        run.Catalog.AddRange(["column\tpublic.clients\tapi_key\ttext", "column\tpublic.clients\temail\tcharacter varying(200) NOT NULL", "column\tpublic.clients\tname\ttext", "column\tpublic.people\tbirth_date\tdate", "column\tpublic.people\tid\tbigint NOT NULL", "column\tpublic.people\tstreet\ttext"]);
        return run.Step("hash-keys", "backfill", Backfill).Step("clear", "backfill", Clear).Step("look", "sql", """{"query":"SELECT count(EMAIL) FROM public.clients"}""").Note("run-began").Phased("phase-began");
    }
}
