using Godwit.Http.Problems;
using Godwit.Identity.Consents;
using Godwit.Identity.Events;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.People;

/// <summary>What a person may see and say about themselves.</summary>
internal static class PersonRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Private("GET", "/v1/me", sensitive: false, async (context, caller) => await RouteMap.AnswerAsync(context, await routes.Get<OwnProfile>().ReadAsync(caller, context.RequestAborted), IdentityJson.Default.Profile))
            .Says("What the account says of its owner", IdentityJson.Default.Profile);
        routes.Private("PATCH", "/v1/me", sensitive: true, async (context, caller) =>
        {
            var change = await JsonBody.ReadAsync(context, PersonJson.Default.NameChange);
            await RouteMap.AnswerAsync(context, await routes.Get<OwnProfile>().ChangeAsync(caller, change, Client.Of(context), context.RequestAborted), IdentityJson.Default.Profile);
        })
            .Says("Corrects one's name", IdentityJson.Default.Profile, PersonJson.Default.NameChange, example: """{"firstName":"Augusta"}""", more: "null takes a name away; what is left out stays.");
        routes.Private("GET", "/v1/me/consents", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnConsents>().HistoryAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListConsentDocument))
            .Says("The history of one's consents, the newest first", IdentityJson.Default.IReadOnlyListConsentDocument);
        routes.Private("POST", "/v1/me/consents", sensitive: false, async (context, caller) =>
        {
            await routes.Get<OwnConsents>().ChooseAsync(caller, await JsonBody.ReadAsync(context, IdentityJson.Default.ConsentChoice), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Gives a consent, or takes it back", takes: IdentityJson.Default.ConsentChoice, needs: "type granted", refuses: [409], example: """{"type":"marketing","granted":true}""");
        routes.Private("GET", "/v1/me/security-events", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnEvents>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListEventDocument))
            .Says("The newest hundred security events about oneself", IdentityJson.Default.IReadOnlyListEventDocument);
    }
}
