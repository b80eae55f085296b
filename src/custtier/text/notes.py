"""Texts of the remarks beside an answer: code → English message with `{name}` places."""

from collections.abc import Mapping
from typing import Final

from custtier.text import Catalogue
from custtier.text.values import by_name

NOTES: Final[Mapping[str, str]] = {
    "chats_of_nobody_listed": "people with a chat who stand in no contact list, and are not counted: {count}",
    "chats_of_other_agents": (
        "people who wrote to an agent in whose list they do not stand: {count}; this counts for them where no other "
        "chat does; if an agent has two names, write one in both files"
    ),
    "classes_ahead": (
        "whether notes tell who buys is judged by those who had not bought when a file first showed their class"
    ),
    "classes_as_imported": (
        "classes stand as the last import shows them; too few bought after a file first showed their class to judge by "
        "them alone, so all count, and whoever notes a class after the purchase guesses well"
    ),
    "classes_rank_better": (
        "classes noted as {classes}: of a buyer and somebody who did not buy, the buyer has the better class {chance} "
        "of the time ({low} to {high}; a coin comes to 50%), over {contacts} contacts: the notes tell who buys"
    ),
    "classes_rank_by_chance": (
        "classes noted as {classes}: of a buyer and somebody who did not buy, the buyer has the better class {chance} "
        "of the time ({low} to {high}), over {contacts} contacts: that may be chance, a coin comes to 50%"
    ),
    "classes_rank_worse": (
        "classes noted as {classes}: of a buyer and somebody who did not buy, the buyer has the better class only "
        "{chance} of the time ({low} to {high}; a coin comes to 50%), over {contacts} contacts: the notes mislead"
    ),
    "classes_unknown": "classes noted in words that nobody ranks: {classes}; they count as other words",
    "complete_list": (
        "missing from the lists of {day}, so taken to have deleted us: {left} of the {known} contacts of {agents} "
        "agents; `custtier imports undo` takes it back"
    ),
    "complete_list_of": "{file}: taken for the complete list of {day}",
    "complete_list_short": (
        "more than half of the contacts are missing from the lists of {day}: if they were exported with a filter, or "
        "in parts, take the import back and import all parts at once, or without --complete-list"
    ),
    "contacts_added_later": (
        "contacts added after {as_of}: {count}, the last on {last}; they do not exist yet in this answer; add "
        "`--as-of {last}`, best with orders up to that day"
    ),
    "contacts_from_chats": (
        "no contact list is known: everybody with a chat stands for a contact ({count}); when they were added and who "
        "deleted us a list would tell: import one, or fill in `custtier template contacts`"
    ),
    "contacts_from_orders": (
        "neither a contact list nor chats are known: everybody with an order stands for a contact ({count}). Orders "
        "that came to nothing (not paid, cancelled, refunded in full) stand for talk: lately B, longer ago C; D and E "
        "cannot be told. Import a contact list and chats"
    ),
    "chats_end": (
        "chats are known up to {until}, {days} days before the day observed: whether anybody wrote since is not known, "
        "and talk looks that much longer ago. On that day {count} of those with C were B; import newer chats, or ask "
        "--as-of {until}"
    ),
    "chats_of_agents_end": (
        "chats of these agents end long before those of others: {names}; on the last day {count} of those with C were "
        "B. If they still talk to contacts, export their chats anew"
    ),
    "contacts_unread": (
        "entries of contacts with whom no chat is known, though others' are: {count}; their letter is unknown unless "
        "they bought or deleted us; export their chats too"
    ),
    "contacts_without_any_key": (
        "entries that show neither account nor full phone: {count}; nobody can tell their chats and orders; export the "
        "list with account or phone"
    ),
    "contacts_hardly_found": (
        "contacts without full phone or unionid: {count} of {contacts}, and not one of them is known to have bought; "
        "if they buy under accounts of other platforms, nobody can tell, and the shares of A are too low. Add phones "
        "to the list, or say who is whom: `custtier template links`, `custtier identities propose`"
    ),
    "grades_without_orders": "no paid order is known, so nobody can be A: import the orders too",
    "no_chats": (
        "no chats are known, so B, C and D can only be told by orders that came to nothing; unknown: {count}. Import a "
        "chat export, or fill in `custtier template messages`: times and who wrote are enough, no text"
    ),
    "placed_by_first_adding": (
        "a contact counts for the channel of the first adding; added again since: {contacts}; `--attribution last` "
        "takes the channel of the latest"
    ),
    "placed_by_last_adding": (
        "a contact counts for the channel of the latest adding that names one, from the day of the first; added "
        "again: {contacts}"
    ),
    "placed_by_day": (
        "a contact counts for the day of the first adding, spend for the day on which it was spent; sales are "
        "those of all days since"
    ),
    "placed_by_entry": (
        "every entry of a list counts, so who stands in several lists counts in each: {contacts}; their sales "
        "count once, where they were added first"
    ),
    "placed_by_latest_entry": (
        "every entry of a list counts, so who stands in several lists counts in each: {contacts}; their sales count "
        "once, where they were added last"
    ),
    "group_letters": (
        "letters compare with the {share} of all who bought, each at 95%; letters given: {groups}, of which about "
        "{by_chance} would be A, D or E by chance alone; under {fewest} contacts and so without one: {few}"
    ),
    "no_group_letters": "none of the {few} groups has a letter of its own: each has fewer than {fewest} contacts",
    "young_letters": (
        "letters for groups more than half of whose contacts were added less than 90 days ago: {count} ({names}); "
        "their share of A can still grow, so compare who bought within 30 days"
    ),
    "young_groups": (
        "young days, weeks and months can still bring buyers: compare them by the shares after 7, 30 and 90 days"
    ),
    "before_left_out_of_time": (
        "contacts who bought before they were added: {contacts}; they are A, but have no time until buying; "
        "`--new-only` leaves them out"
    ),
    "spend_unknown": (
        "no file tells what was spent, so costs and returns are not known; a table to fill in: `custtier template "
        "spend`"
    ),
    "spend_without_group": "spend that says nothing of the kind: {spend}; it stands in the row “(none named)”",
    "spend_without_contacts": "with spend and without any contact: {groups}; is the name the same in both files?",
    "spend_in_another_currency": (
        "rows of spend in {currency}: {rows}; they are left out, as no rate under [rates] in the settings converts them"
    ),
    "spend_of_no_tag": "nobody says what was spent on contacts with a tag: costs and returns are left out",
    "spend_of_no_agent": "the files of spend name none of these agents: costs and returns are left out",
    "channel_margins": (
        "margins are known for {share} of net sales, for the rest the same part is taken; money is paid back by margin"
    ),
    "compared_groups": "compared: {first} less {second}; where the interval of a difference holds 0, it may be chance",
    "unknown_customer_ids": (
        "{file}: rows whose customer id is known to nobody here: {rows}; they come in and belong to nobody"
    ),
    "as_of_after_data": (
        "answered as of {as_of}, but the data ends on {data_through}: purchases after that day are not known and look "
        "like silence"
    ),
    "bill_overlaps_orders": (
        "{payments} payments of {profile} from {since} to {until} share no transaction id with the shop orders of the "
        "same days: sales may be counted twice; import only one of the two, or exports that carry the transaction id"
    ),
    "blank_status_unpaid": (
        "{file}: orders with nothing in {column} and no time of payment: {orders}; they count as unpaid, so as no "
        "purchase; fill in what became of them and import the file again"
    ),
    "broken_profile": (
        "{file} is no profile and is left aside; `custtier sources check` on any file says what is wrong with it"
    ),
    "by_no_agent": "orders that show no agent: {orders}; they stand in the row “(none named)”",
    "by_no_category": (
        "orders with goods of no category, or without known goods: {orders}; they stand in the row without a name"
    ),
    "by_no_channel": "orders that show no channel: {orders}; they stand in the row “(none named)”",
    "by_no_source": "orders of no format: {orders}; they stand in the row without a name",
    "closed_paid_orders": (
        "orders that were paid and then closed, with no refund on record: {count}; they count as no purchase"
    ),
    "draft_as_contacts": (
        "taken for a list of contacts, though columns that were not placed look like amounts and days; if each row is "
        "an order, draft it again with `--kind order`"
    ),
    "draft_elsewhere": (
        "this profile lies outside your own, so no file is recognised by it; read files with it by `--profile {path}`, "
        "as in `custtier sources check FILE --profile {path}`"
    ),
    "draft_rejects": (
        "with this draft {rejected} of {rows} rows cannot be read ({reasons}); mend the profile, then try it: "
        "`custtier sources check FILE`"
    ),
    "draft_without_status": (
        "no column tells what became of an order: all that have an amount count as paid; name one with "
        "`--column status=HEADER`"
    ),
    "draft_without_buyers": (
        "no column tells who bought: orders would count in the shop's totals, not for customers; name one with "
        "`--column account=HEADER` or `--column phone=HEADER`"
    ),
    "excluded_by_rule": "exclusion {rule}: orders taken out {orders}, net sales {sales}",
    "no_tag_rules": 'there is no tag rule yet; write some in the settings: tags = ["VIP when net_sales >= 5000"]',
    "tags_noted": "noted as import {import_id}; `custtier imports undo {import_id}` takes it back",
    "tagged": "only customers with these tags, {count} of them: {tags}",
    "exclusions_off": "exclusion rules that are on but do not hold here (`--no-exclusions`): {rules}",
    "damaged_phones": (
        "{file}: phones that a spreadsheet has cut (such as 1.39E+10): {phones}; they name nobody; format the column "
        "as text before the file is saved, or export it again"
    ),
    "day_without_year": ("{file}: rows whose {column} has no year: {rows}; they come in without it"),
    "deleted_by_then": (
        "{file}: contacts called deleted without a time: {rows}; taken as deleted by the latest time in the file"
    ),
    "crowded_hints": (
        "values that more than 20 customers share, such as an office's address: {values}; they are no evidence"
    ),
    "decided_pairs": "pairs that were decided to be two people: {pairs}; they are not proposed again",
    "mark_proposals": (
        "to decide: write this list with `--output proposals.xlsx`, fill in the column decision with same or apart, "
        "then `custtier identities apply proposals.xlsx`"
    ),
    "rejected_decisions": (
        "lines that were not taken in: {rejected} ({reasons}); see them with `custtier imports show {import_id} "
        "--rejected`"
    ),
    "few_customers": "too few customers to be scored ({count}): below {least} scores and classes are left empty",
    "no_exclusions_yet": "no exclusion is written yet; they stand in {path}, each begins with a line [[exclusions]]",
    "no_identities_yet": "nothing is decided yet; who may be one person is listed by `custtier identities propose`",
    "first_rule_counts": "an order that several exclusions fit counts under the first of them in the settings",
    "goods_prices": "of {profile} only the prices of the goods are known, without shipping: they count as paid",
    "goods_price": "{file}: {profile} tells only the price of the goods, without shipping",
    "late_data": (
        "imports made after {since} changed orders up to {as_of}: {orders}, their net sales by {sales}; the report of "
        "then: `--as-of {as_of} --as-known-on {since}`"
    ),
    "kept_rejects": (
        "rows that could not be read: {rejected} ({reasons}); see them with `custtier imports show {import_id} "
        "--rejected`"
    ),
    "known_format": "this file is known already as {profile}; your own profile will stand before it",
    "no_buyer_key": (
        "{file}: this export ({profile}) holds no account, full phone or e-mail of any buyer; its orders count in the "
        "shop's totals, not for customers"
    ),
    "folders_inside": (
        "{folder}: folders inside are not looked into: {folders}; name each of them too, such as {first}"
    ),
    "forgotten_here_only": (
        "exported files, backups and answers written before still hold what they held, and so may the settings: delete "
        "it there yourself"
    ),
    "idle_rule": (
        "exclusion {rule} takes nothing out: no order has what it names ({conditions}); look for a slip of the pen in "
        "the settings"
    ),
    "kept_out": (
        "later imports leave this customer out and count the rows as excluded (forgotten); `custtier import --include "
        "forgotten` lets them in"
    ),
    "nearest_term": "nothing is called {term}; this is the word nearest to it",
    "key_few_costs": (
        "costs are known of {share:.0%} of a year's sales, of less than half: value goes by net sales, not by margin"
    ),
    "key_margins": (
        "value goes by margin: costs are known of {share:.0%} of a year's sales, the rest is taken to leave as much of "
        "its sales"
    ),
    "no_key_value": "the 365 days observed left no net sales, or no margin, so the value of customers does not count",
    "no_key_influence": (
        "no order shows products or receivers, so influence does not count; item reports and receivers' names would "
        "tell"
    ),
    "no_key_referral": (
        "no contact or order names anybody known as who brought it, so bringing others does not count; a column 推荐人 "
        "or referrer would tell"
    ),
    "no_key_is_contact": (
        "no contact list is known, so reachability is told without it; import one: `custtier template contacts`"
    ),
    "no_key_answers": (
        "nobody wrote in the 90 days observed, so far as chats are known; reachability is told without answers"
    ),
    "key_unknown_referrers": "texts that say who brought somebody but name nobody known, or several people: {texts}",
    "fewer_than_pick": "only {customers} customers can be picked, {count} were asked for",
    "pick_ties": (
        "customers with the same points as the last one picked who are not picked: {count}; net sales decided, then "
        "the customer id"
    ),
    "pick_held": (
        "who was picked on {kept_on} stays unless somebody else has over {margin} more points; "
        "`key_picks.stay_margin` in the settings"
    ),
    "pick_compared": "compared with the list kept on {kept_on}; nobody is held (`key_picks.stay_margin` is 0)",
    "picks_kept": (
        "this list is kept; `custtier key --history` looks back on it, `custtier imports undo {import_id}` takes it "
        "back"
    ),
    "no_picks_kept": (
        "no list is kept yet; `--keep` keeps this one, so that the next ones hold to it and tell who changed"
    ),
    "picks_no_proof": (
        "the picked had more points than the next best before anybody cared for them: what they buy more since is no "
        "proof that care did it"
    ),
    "unknown_pick_tags": "tags in `key_picks` of the settings that nobody has: {tags}",
    "unknown_pick_ids": "ids in `key_picks` of the settings that no customer has: {ids}",
    "no_purchase_of_theirs": "this customer has no purchase up to the day observed, so no score, class or level",
    "last_orders": "the last {shown} of {orders} orders; `--orders 0` lists all",
    "no_rhythm": "nobody bought on two days yet, so nobody has a usual gap; nobody is called at risk by this method",
    "only_window": (
        "only orders of the {days} days from {since} to {as_of} count; who bought nothing in them is not listed"
    ),
    "only_suggested": (
        "suspicions are evidence, no proof, and take nothing out; to take them out, add an exclusion with `detector = "
        '"brushed"` or `"wholesale"` to the settings'
    ),
    "explained_window": (
        "scores, classes and tiers count the orders of the {days} days from {since} to {as_of}; days since the last "
        "order, R, churn and tags count everything"
    ),
    "nobody_buys": (
        "days are counted from {as_of} while nobody buys; recency and classes are then measured by the cuts of that "
        "day, as `custtier rfm --cuts frozen` does"
    ),
    "others_stay": "what is bought is bought on {as_of}, and everybody else stays as they are",
    "open_days": "01/02/2026 could be two days: set `day_first` in the profile; until then such rows are rejected",
    "open_rows": (
        "too few orders have several rows to tell whose amount each row carries: check `grain` in the profile"
    ),
    "orders_without_money": "paid orders without money: {count}; they count as no purchase",
    "overriding_profile": "{name} now stands in the place of the profile of this name that comes with custtier",
    "rejected_rows": (
        "{rejected} of {rows} rows could not be read ({reasons}); their orders are missing here; see them with "
        "`custtier import FILE --rejects rejected.csv`"
    ),
    "sample_rows": (
        "{file}: sample rows of a template came in: {rows}; delete them in the file, undo this import and import it "
        "again"
    ),
    "shared_phones": ("phones used by too many accounts of one platform to be one person: {phones}; they merge nobody"),
    "shop_receipts": "of {profile} only what the shop received is known, not what buyers paid: that counts as paid",
    "shop_receipt": "{file}: {profile} tells only what the shop received, not what the buyer paid",
    "skipped_file": "{file} was skipped: {problem}",
    "three_bins": "few customers ({count}): below {least} the scores are 1, 3 and 5",
    "trailer_differs": (
        "{file}: the file's own last lines do not agree with what came in: {what} should be {stated}, found {found}; "
        "rows may be missing, or could not be read"
    ),
    "unattributed_orders": (
        "purchases that belong to nobody (no account, full phone or e-mail): {count}; they stand beside the customers' "
        "figures, not in them"
    ),
    "by_refund_day": (
        "refunds count by the day on which they were made, those of older orders too; who was refunded at least what "
        "they bought in the period stands in the summary alone"
    ),
    "converted": "orders in {currency} are converted into {to} at the rates of the settings: {orders}",
    "without_rate": "orders in {currency} are left out, the settings have no rate for it: {orders}",
    "undated_refunds": "orders with a refund without a day: {count}; it is taken as made with the order",
    "assumed_refunds": (
        "{file}: refunded orders that do not say how much was given back: {orders}; all that was paid is taken off, "
        "until a file of after-sales or settlements says how much"
    ),
    "unknown_refund_status": ("{file}: rows with an unknown word in {column}: {rows}; they are taken as not refunded"),
    "unknown_words": (
        "words of the status that nobody knows: {words}; put each where it belongs in the profile, until then their "
        "rows are rejected"
    ),
    "unmatched_refunds": "refunds of orders that are not imported yet: {refunds}; they wait for their orders",
    "waiting_items": (
        "orders known by their items alone, without day, money or state: {orders}; they wait for their order report"
    ),
    "weak_account": (
        "{file}: buyers of {profile} are known by a displayed name only; people of one name are one customer"
    ),
    "nobody_held": (
        "tiers are compared by their bounds alone; who is held in a higher tier by the settings stands where the "
        "bounds put them"
    ),
    "two_windows": "only orders of the {days} days that end on each of the two days count",
    "windowed": (
        "orders, net sales, F and M count the {days} days from {since} to {as_of}; days since the last order, R and "
        "tiers count everything"
    ),
    "cuts_kept": "these cuts are kept as {file} in the settings folder; `--cuts frozen` scores by them",
    "frozen_cuts": "scored by the cuts kept as of {frozen_on}",
    "frozen_cuts_drift": (
        "scored by the cuts kept as of {frozen_on}; by cuts of today {changed} of {count} customers would have other "
        "scores"
    ),
    "contacts_without_key": (
        "entries of contact lists without an account or a full phone: {count}; nobody can tell whether they bought, so "
        "they are not listed"
    ),
    "tiers_held": (
        "customers shown in the tier they had on {kept_on}, though today's bounds put them lower: {count}; the "
        "settings hold them (tier_hysteresis); the column By today's bounds (tier_now) says where they would be"
    ),
    "tiers_not_held": (
        "the settings hold tiers still (tier_hysteresis), but only those of all orders of the store: these are by "
        "today's bounds alone"
    ),
    "no_kept_run": (
        "the settings hold tiers still (tier_hysteresis), and no run of an earlier day is kept yet: keep one now and "
        "then, say every month, with `custtier tiers --keep`"
    ),
    "frozen_tiers": (
        "by the bounds kept as of {frozen_on}; by bounds of today {changed} of {count} customers would be in another "
        "tier"
    ),
    "bounds_kept": "these bounds are kept as {file} in the settings folder; `--cuts frozen` uses them",
    "run_kept": (
        "who is in which tier on {kept_on} is kept as import {import_id}; `--risen` compares with it, `custtier "
        "imports undo {import_id}` takes it back"
    ),
    "slipping_in_window": (
        "who falls by {until} if they buy nothing, because their orders leave the window; bounds are taken to stay as "
        "they are"
    ),
    "no_segments": (
        "these customers fall into no groups by how they buy: the clearest division is no clearer than chance gives in "
        "customers without groups; the table trials has the figures, `custtier rfm` sorts by rules"
    ),
    "no_such_segments": (
        "these customers do not fall into {count} groups that are more than chance; numbers of groups that hold: "
        "{holding}"
    ),
    "not_divided_again": (
        "customers who came again: {customers}; below {least} they are left undivided, because groups of so few are "
        "chance"
    ),
    "not_divided_once": (
        "customers who bought on one day: {customers}; below {least} they are left undivided, because groups of so few "
        "are chance"
    ),
    "segments_compared": (
        "who bought on one day and who came again are told apart first; each group is compared with the others of its "
        "kind, and figures are medians of its customers, of shares refunded the mean"
    ),
    "churn_model": (
        "levels by the chance of a purchase in the next {days} days, reckoned by {models}; at stake is what the "
        "silence "
        "since the last purchase has cost of the sales expected in the coming 365 days"
    ),
    "churn_held_out": (
        "on the shop's own past, from {since} to {until}, the model expected {expected} purchase days of those who had "
        "bought before, {seen} came; it erred by {error:.3f} per customer, expecting as many as before by {simple:.3f}"
    ),
    "churn_all_stay": "in these customers the model finds nobody who leaves: chances fall only slowly with silence",
    "churn_cut": (
        "the data seems to begin in the middle of the shop's life; customers first seen in its first {days} days were "
        "judged, but the model is not fitted to them"
    ),
    "churn_few_repeaters": "no model: {found} customers bought on two days or more, it takes {needed}",
    "churn_short_history": "no model: {found} days are known, it takes {needed}",
    "churn_long_gaps": "no model: {found} days are known and a usual gap is {gap} days, it takes {needed}",
    "churn_not_fitted": "no model: no search for its parameters came to an end",
    "churn_asked": "no model, as asked",
    "churn_simple_rule": "judged by the simple rule instead: {days} days without a purchase",
    "churn_winner": (
        "the model is the one that did best on this shop's own past as of {day}, by `custtier backtest churn`"
    ),
    "churn_winner_simple": (
        "on this shop's own past as of {day} nothing was better than days since the last purchase (`custtier backtest "
        "churn`): `--method fixed` says as much"
    ),
    "moments_suggested": (
        "stayed away: bought nothing in the next {days} days, by which 9 in 10 of those who come back have done so; "
        "only "
        "purchase days so long ago count"
    ),
    "moments_days": "stayed away: bought nothing in the next {days} days; only purchase days so long ago count",
    "moments_few": "no line has {fewest} customers yet: fewer say nothing",
    "moments_beyond": (
        "of {lines} lines with {fewest} customers or more, {beyond} differ from the usual share beyond chance, even "
        "among "
        "so many lines"
    ),
    "seasonal": (
        "buy in the same months every year and are waited for until a month after their season instead of warned of: "
        "{count}; `--all` lists them with their months"
    ),
    "seasonal_by_days": (
        "among these, {count} buy in the same months every year and have not missed their season yet: see the column "
        "of months"
    ),
    "suggested_days": (
        "of the customers who come back, half do so within {half} days and 9 in 10 within {days}: --days {days} would "
        "suit this shop"
    ),
    "better_order": (
        "recommended: {forecast_rule}; it puts {figure:.1%} of pairs of a buyer and somebody who did not buy in the "
        "right order, {simple_rule} {other:.1%}: {low:.1%} to {high:.1%} more"
    ),
    "no_better_order": (
        "no difference from the simple rule: nothing puts customers in a better order than it beyond chance; "
        "recommended: {simple_rule}"
    ),
    "smaller_error": (
        "recommended: {forecast_rule}; what it expects of a customer lies nearer to what they bring than by "
        "{simple_rule}: the mean error is {low_share:.1%} to {high_share:.1%} smaller"
    ),
    "no_smaller_error": (
        "no difference from the simple rule: nothing lies nearer than it to what customers bring beyond chance; "
        "recommended: {simple_rule}"
    ),
    "horizon_shortened": (
        "looked {horizon} days ahead, a third of the history: it is too short to look {usual} days ahead"
    ),
    "better_dates": (
        "recommended: {forecast_rule}; of pairs of customers of whom one came first it puts {figure:.1%} in that "
        "order, "
        "{simple_rule} {other:.1%}: {low:.1%} to {high:.1%} more"
    ),
    "no_better_dates": (
        "no difference from the simple rule: nothing tells better than it who comes first beyond chance; recommended: "
        "{simple_rule}"
    ),
    "judged_on_past": (
        "judged from {origins} days of the past, the last of them {day}, each {horizon} days ahead; every rule has the "
        "same customers and sees only what was dated up to the day; intervals hold in 95 of 100 draws of customers"
    ),
    "no_models_few_repeaters": (
        "no model is judged: {found} customers had bought again by then, models need {needed}; only rules are compared"
    ),
    "no_models_short_history": (
        "no model is judged: {found} days were known by then, models need {needed}; only rules are compared"
    ),
    "no_models_long_gaps": (
        "no model is judged: {found} days were known by then, and a usual gap is {gap} days; models need {needed} days"
    ),
    "models_left_out": "models left out, because no end of their search says anything of these customers: {models}",
    "models_nobody_leaves": "models that find nobody who leaves in these customers, so that all stay: {models}",
    "prospects_by_scorecard": (
        "chances are told by signals of the first days: of two newcomers held out they put the one who became one of "
        "the best first in {figure:.0%} of cases ({low:.0%} to {high:.0%}), the value of the first purchase in "
        "{simple:.0%}"
    ),
    "prospects_by_first_sales": (
        "chances are told by the value of the first purchase alone, which put the right one of two newcomers held out "
        "first in {simple:.0%} of cases ({simple_low:.0%} to {simple_high:.0%}): signals of the first days did no "
        "better beyond chance (gain {gain_low:+.0%} to {gain_high:+.0%})"
    ),
    "prospects_by_base_rate": (
        "no chances are told: on newcomers held out neither signals of the first days ({low:.0%} to {high:.0%} of "
        "pairs in the right order) nor the value of the first purchase ({simple_low:.0%} to {simple_high:.0%}) did "
        "better than a guess (50%). Everybody new is listed; {share:.0%} become one of the best"
    ),
    "prospects_no_signal": (
        "no chances are told: no signal of the first days goes with becoming one of the best beyond chance, and the "
        "value of the first purchase did no better than a guess (50%) on newcomers held out ({simple_low:.0%} to "
        "{simple_high:.0%} of pairs in the right order). Everybody new is listed; {share:.0%} become one of the best"
    ),
    "prospects_lift": (
        "the fifth of those held out with the highest chances held {lift:.1f} times as many of the best as any fifth "
        "({low:.1f} to {high:.1f})"
    ),
    "prospects_lift_unsure": (
        "the fifth of those held out with the highest chances held {lift:.1f} times as many of the best as any fifth, "
        "which may be chance ({low:.1f} to {high:.1f})"
    ),
    "prospects_judged": (
        "learnt from {learnt} who first bought from {since} on, judged on {held_out} who came from {month} to {until}. "
        "The best are the first fifth of their month by net sales of the {later} days after their first {days}"
    ),
    "prospects_too_few": (
        "no chances are told, there are too few past newcomers: of those to learn from {learnt_best} became the best "
        "and {learnt_others} did not (30 of each are needed), of those to judge by {held_out_best} and "
        "{held_out_others} (20). Everybody new is listed"
    ),
    "prospects_short_history": (
        "no chances are told, the history is too short: it takes 60 days on which newcomers came, their first {days} "
        "days, and 90 days after these. Everybody new is listed"
    ),
    "prospects_still_starting": (
        "newer customers whose first {days} days are not over: {customers}; fewer --days look at them earlier"
    ),
    "value_model_holdout": "forecast by {forecast_rule}: of the models tried it was nearest to the shop's own past",
    "value_model_likelihood": (
        "forecast by {forecast_rule}, the likeliest of the models tried: the time known is too short to hold any of it "
        "out"
    ),
    "value_model_asked": "forecast by {forecast_rule}, as asked",
    "value_winner": (
        "forecast by {forecast_rule}: the best on this shop's own past as of {day}, by `custtier backtest value`"
    ),
    "value_kept": (
        "parameters are those fitted as of {day}; `--refit` fits anew, as happens by itself after 30 days or when "
        "purchases change by 5%"
    ),
    "value_held_out": (
        "held out from {since} to {until}: {expected} orders were forecast, {seen} came; a customer's forecast was off "
        "by {error:.2f} on average. Coming back as often as in as many days before: {simple} orders, off by "
        "{simple_error:.2f}"
    ),
    "value_no_difference": (
        "no difference from the simple rule: the interval of the gain of {forecast_rule} includes 0; "
        "`--model last-period` asks for the simple rule"
    ),
    "value_worse": (
        "{forecast_rule} was further off than the simple rule on the shop's own past; `--model last-period` asks for "
        "the rule"
    ),
    "value_nobody_leaves": (
        "no sign of leaving in this data: by the model everybody stays, so silence says nothing; judge by the orders"
    ),
    "value_bought_once_alive": (
        "{forecast_rule} takes everybody who bought once for a customer still: `p_alive` is no sign of leaving, "
        "`buy_chance` is"
    ),
    "value_edge_rate": "the data says no more of how customers differ in how often they buy: errors are stated too low",
    "value_edge_leaving": "the data says no more of how customers differ in how soon they leave",
    "value_cut": (
        "unusually many customers are first seen in the first {days} days: they had probably bought before. The model "
        "is fitted to those first seen later; everybody is scored, the older ones too low"
    ),
    "value_cut_all": (
        "unusually many customers are first seen on the first days: they had probably bought before, which the model "
        "does not know; newer ones alone are too few, or would be further off on the shop's own past. Import older "
        "orders"
    ),
    "value_regular": "gaps are regular (k = {found:.1f}; 1 is no rhythm): the model is one of regular buyers, k = {k}",
    "value_margin": (
        "costs are known of {known:.0%} of the sales, of which {share:.0%} is margin; a customer's own share is drawn "
        "towards that the more, the less of their purchases is known"
    ),
    "value_margin_alike": (
        "costs are known of {known:.0%} of the sales, of which {share:.0%} is margin; it cannot be seen that customers "
        "differ in this, so everybody has this share"
    ),
    "value_no_returns": (
        "nobody has bought on a second day yet: nothing is known of who comes back, and 0 only says that nobody has"
    ),
    "value_far": "{horizon} days ahead are more than the {days} days known: what lies further is drawn out from them",
    "value_own_average": "an order is taken to bring the customer's own average: amounts say no more",
    "value_no_mean": "few very large amounts: the mean of all has no end by the model, and totals may be far off",
    "value_tied_more": (
        "who buys more often also spends more (correlation {correlation:.2f}), which the model does not know: it takes "
        "both for independent"
    ),
    "value_tied_less": (
        "who buys more often spends less each time (correlation {correlation:.2f}), which the model does not know: it "
        "takes both for independent"
    ),
    "value_few_repeaters": "no model: it takes {needed} customers who bought again, there are {found}",
    "value_short_history": "no model: it takes {needed} days from the first purchase on, there are {found}",
    "value_long_gaps": (
        "no model: a usual gap is {gap} days, so it takes {needed} days from the first purchase on, there are {found}"
    ),
    "value_not_fitted": "no model: the search for its parameters came to no end",
    "value_asked": "no model, as asked",
    "value_simple_rule": (
        "the simple rule instead: everybody comes back as often as in the {days} days before (or in all there are, in "
        "proportion) and spends their own average; it knows no ranges"
    ),
    "winner_kept": ("kept for this store as the winner: {forecast_rule}"),
    "next_backtest": (
        "reckoned by {forecast_rule}, which won `custtier backtest next` as of {as_of}; --forecast names another one"
    ),
    "next_backtest_simple": (
        "in `custtier backtest next` as of {as_of} nothing told who comes first better than {forecast_rule}; dates are "
        "from what did better here"
    ),
    "next_few_repeaters": "no model: it takes {needed:.0f} customers who bought again, there are {found:.0f}",
    "next_goods_hits": (
        "of {windows} windows told {horizon} days earlier, by what was there then, {hits} held the next purchase of "
        "the product ({share:.0%}); {stated:.0%} was promised"
    ),
    "next_goods_without": (
        "bought again fewer than {needed} times by the same customers, so without dates: {without} of the products or "
        "categories"
    ),
    "next_hits": (
        "of {windows} windows told as of earlier days ({origins}, the first {since}), by what was there then, {hits} "
        "held the next purchase ({share:.0%}); {stated:.0%} was promised. As long a window around last purchase plus "
        "usual gap: {simple_share:.0%}"
    ),
    "next_long_gaps": (
        "no model: half of the gaps between purchases last {gap:.0f} days or more, so it takes {needed:.0f} days of "
        "history, there are {found:.0f}"
    ),
    "next_model_better": (
        "reckoned by the model: on the shop's own past its chances were better than those by rhythm beyond chance "
        "(squared error lower by {low:.4f} to {high:.4f})"
    ),
    "next_no_difference": (
        "no difference on the shop's own past between the model and rhythm (squared error {low:+.4f} to {high:+.4f}): "
        "reckoned by rhythm, the simpler one"
    ),
    "next_no_windows": (
        "on earlier days nobody was likely enough to buy within {horizon} days to be given a window: how often windows "
        "are right is not known"
    ),
    "next_not_fitted": "no model: none fits these customers",
    "next_rhythm_better": (
        "reckoned by rhythm: on the shop's own past its chances were better than the model's beyond chance (squared "
        "error lower by {low:.4f} to {high:.4f})"
    ),
    "next_short_history": "no model: it takes {needed:.0f} days of history, there are {found:.0f}",
    "next_too_few": "no dates: customers came back {returns} times, it takes {needed} to tell when they do",
    "next_too_sure": (
        "windows held the purchase less often than was promised, beyond chance: take {share:.0%} for {stated:.0%}"
    ),
    "next_until": "what came after {until} is left out: windows are told as of that day",
    "next_unchecked": (
        "how often windows are right is not known: {horizon} days earlier too few had come back to tell any"
    ),
    "growth_month": (
        "new contacts this month: {so_far} so far; at the pace of the last weeks {expected} by {until}, in 9 of 10 "
        "cases {low} to {high}"
    ),
    "growth_goal": (
        "the month's goal of {goal} is reached with a chance of {chance:.0%}; it takes {needed:.1f} a day on the "
        "{days_left} days left"
    ),
    "growth_checked": (
        "on the same day of the {months} months before, the range would have held what came {held} times; the expected "
        "number would have been {off:.0%} off on average"
    ),
    "growth_chats_until": (
        "chats are known up to {until}: first replies are told of who was added at least {days} days before that"
    ),
    "growth_no_chats": (
        "no chats are known: who replied cannot be told; import a chat export, see `custtier template messages`"
    ),
    "growth_no_days": (
        "no list says when anybody was added, so there are no new contacts to count; import a contact list, see "
        "`custtier template contacts`"
    ),
    "growth_no_goals": (
        "no goals are set; write them in the settings: [goals] new_contacts_per_day = 20, new_contacts_per_month = 500"
    ),
    "growth_no_orders": "no orders are known: who bought cannot be told; import an order export",
    "growth_no_weekdays": "fewer than {weeks} weeks of contacts are known: all weekdays are taken alike",
    "growth_silent": (
        "nobody was added in the last {days} days, the last on {last_on}: if the contact list was exported then, add "
        "`--as-of {last_on}`, or import a newer one"
    ),
    "growth_too_short": (
        "{days} days of contacts are known: it takes {needed} to say what the period comes to; the plain run rate only "
        "says what more of the same would be"
    ),
    "growth_undated": "contacts of whom no list says when they were added: {count}; they count in no period",
    "referrals_later": (
        "pairs of who brought whom dated after {as_of}: {count}, the last on {last}; they do not count yet; add "
        "`--as-of {last}`, best with orders up to that day"
    ),
    "referrals_unmatched": (
        "names of who brought whom that mean nobody here, or several people: {texts}; nobody is guessed: see "
        "`--table unmatched`, and name them by phone, account or customer id"
    ),
    "referrals_of_self": "customers who are said to have brought themselves: {count}; that is left out",
    "referral_rings": (
        "rings of customers who are said to have brought each other: {count}; of each the last said is left out, see "
        "`--table refused`"
    ),
    "referrals_contradicted": (
        "customers of whom different people are said to have brought them: {count}; a file of pairs counts before a "
        "list of contacts, that before an order, that before a tag, and of one kind the earliest"
    ),
    "referrals_too_few": (
        "fewer than {least} of those who were brought, or of the others, have been customers for {days} days: whether "
        "they buy more than others cannot be told yet"
    ),
    "referred_more_returns": (
        "of those who were brought, {low} to {high} more come back within {days} days than of the others: more than "
        "chance, but no proof that it is because they were brought"
    ),
    "referred_fewer_returns": (
        "of those who were brought, {low} to {high} fewer come back within {days} days than of the others, more than "
        "chance"
    ),
    "referred_same_returns": (
        "whether those who were brought come back more often than others is not told by {days} days: the difference of "
        "{low} to {high} may be chance"
    ),
    "referred_more_sales": (
        "those who were brought buy for {low} to {high} more in {days} days than others on average: more than chance, "
        "but no proof that it is because they were brought"
    ),
    "referred_fewer_sales": (
        "those who were brought buy for {low} to {high} less in {days} days than others on average, more than chance"
    ),
    "referred_same_sales": (
        "whether those who were brought buy for more than others is not told by {days} days: the difference of {low} "
        "to {high} on average may be chance"
    ),
    "reach_unseen": (
        "nobody here is known to have brought anybody: what is assumed cannot be compared; write down who brought whom "
        "with `custtier template referrals`"
    ),
    "reach_share_above": (
        "{share} are assumed to speak for the shop; of its {customers} customers {low} to {high} have brought anybody "
        "so far"
    ),
    "reach_share_below": (
        "only {share} are assumed to speak for the shop; of its {customers} customers {low} to {high} have brought "
        "somebody already"
    ),
    "reach_each_unseen": "each is assumed to bring {each}; nobody here has brought more than {most} so far",
    "reach_own_history": (
        "seen here is what was written down since the shop began, whoever was asked; all who take part = who speak for "
        "the shop × (1 + how many each brings)"
    ),
    "promising_by_alike": (
        "ordered by how often contacts like them bought: on {days} days of the past lists of {length} in all would "
        "have found {alike:.0f} buyers, by who wrote last {recency:.0f}, in no order {by_chance:.0f}; more pairs in "
        "the right order by {low:.1%} to {high:.1%}"
    ),
    "promising_by_recency": (
        "ordered by who wrote last: on {days} days of the past lists of {length} in all would have found {recency:.0f} "
        "buyers, by how often contacts like them bought {alike:.0f}, in no order {by_chance:.0f}; that puts more pairs "
        "in the right order by {low:+.1%} to {high:+.1%}: not better beyond chance"
    ),
    "promising_too_few": (
        "ordered by who wrote last, without chances: on days of the past there were {people} such contacts, of whom "
        "{bought} bought within {days} days; it takes {needed} and {buyers}"
    ),
    "promising_untried": (
        "ordered by who wrote last: there is too little past to try another order on; chances are those of contacts "
        "like them within {days} days"
    ),
    "yearly_churn": (
        "of those who bought in the year before the last 365 days ({bought}), {lost} have not bought since: "
        "{share:.1%} lost within a year; 20% is often taken as usual"
    ),
}


def note_text(code: str, values: Mapping[str, object], catalogue: Catalogue) -> str:
    """What a note says in the catalogue's language; its code and values when it has no text."""
    if code in NOTES:
        return catalogue.fill(NOTES[code], by_name(values, catalogue))
    return " ".join([code, *(f"{name}={value}" for name, value in values.items())])
